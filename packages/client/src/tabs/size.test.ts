import { describe, expect, it } from 'vitest';
import { bundlePage } from '../bundle.fixture.js';

const CLIENT = `import { createGatewayClient } from './index.ts'; export const gateway = createGatewayClient({ url: 'https://example.com/prod'`;

describe('what a page downloads for sharing its socket', () => {
  it('is at most 2,048 bytes (gzip) more', async () => {
    const alone = await bundlePage(`${CLIENT} });`);
    const shared = await bundlePage(`import { sharedWebSocket } from './tabs/index.ts'; ${CLIENT}, WebSocket: sharedWebSocket() });`);
    expect(shared.all - alone.all).toBeLessThanOrEqual(2_048);
    // Nothing of it comes with the client itself.
    expect(alone.inputs.filter((path) => path.includes('tabs/'))).toEqual([]);
  });
});
