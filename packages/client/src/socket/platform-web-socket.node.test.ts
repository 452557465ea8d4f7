import { describe, expect, it } from 'vitest';
import { platformWebSocket } from './platform-web-socket.node.js';

class NativeWebSocket extends EventTarget {
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  send(): void {}
  close(): void {}
}

describe('the WebSocket class on Node', () => {
  it('is the platform’s own where there is one (Node 22)', async () => {
    const load = () => Promise.reject(new Error('ws was looked for'));
    expect(await platformWebSocket(NativeWebSocket, load)).toBe(NativeWebSocket);
  });

  it('is the ws package’s where there is none (Node 20)', async () => {
    const { WebSocket } = await import('ws');
    expect(await platformWebSocket(null)).toBe(WebSocket);
  });

  it('is said to be missing when ws is not installed', async () => {
    const name = 'ws-that-is-not-installed';
    await expect(platformWebSocket(null, () => import(name))).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: '[NOT_IMPLEMENTED] WebSocket is missing: install "ws" or pass a class',
    });
  });
});
