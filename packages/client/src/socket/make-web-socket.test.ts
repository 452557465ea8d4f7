import { describe, expect, it } from 'vitest';
import { installedWebSocket } from './make-web-socket.js';

describe('the ws package', () => {
  it('is loaded when the platform has no WebSocket', async () => {
    expect((await installedWebSocket('ws')).name).toBe('WebSocket');
  });

  it('is named in the error when it is not installed', async () => {
    await expect(installedWebSocket('ws-that-is-not-installed')).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: '[NOT_IMPLEMENTED] WebSocket is missing: install "ws" or pass a class',
    });
  });
});
