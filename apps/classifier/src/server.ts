/** The program of the container: `node dist/server.js`. Ends with SIGTERM, after the requests under way. */
import type { AddressInfo } from 'node:net';
import { bindPort } from './env.js';
import { createInferenceServer } from './inference-server.js';
import { loadClassifier } from './model.js';

const server = createInferenceServer(loadClassifier());
server.listen(bindPort(), () => console.log(`classifier listens on port ${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
