/** The README's example, run as a reader would: in a folder of its own, against the built package. Needs `tsc -b` to have run. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));

/** What the deployment sets for this service, and the event that API Gateway sends for `GET /echo/hello`. */
const ENVIRONMENT = {
  GATEWAY_SERVICE: 'echo',
  GATEWAY_ALLOWED_ORIGIN: '*',
  GATEWAY_CONNECTIONS_TABLE: 'connections',
  AWS_REGION: 'eu-central-1',
};
const EVENT = {
  httpMethod: 'GET',
  path: '/echo/hello',
  resource: '/echo/{proxy+}',
  headers: { Host: 'api.example.com' },
  multiValueHeaders: { Host: ['api.example.com'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { proxy: 'hello' },
  body: null,
  isBase64Encoded: false,
  requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', stage: 'prod' },
};
const CALLER = `import { handler } from './example.mjs';
const { statusCode, body } = await handler(${JSON.stringify(EVENT)}, { getRemainingTimeInMillis: () => 28_000 });
console.log(statusCode, body);`;

it('runs the example of the README, and it answers what the README says', async () => {
  const readme = await readFile(join(here, 'README.md'), 'utf8');
  const [, example, printed] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    await mkdir(join(folder, 'node_modules/@org'), { recursive: true });
    await symlink(here, join(folder, 'node_modules/@org/gateway-server'));
    await symlink(join(here, 'node_modules/@org/gateway-core'), join(folder, 'node_modules/@org/gateway-core'));
    await symlink(join(here, 'node_modules/zod'), join(folder, 'node_modules/zod'));
    await writeFile(join(folder, 'example.mjs'), example ?? '');
    await writeFile(join(folder, 'caller.mjs'), CALLER);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'caller.mjs')], { env: ENVIRONMENT });
    expect(stdout).toBe(printed);
  } finally {
    await rm(folder, { recursive: true });
  }
});
