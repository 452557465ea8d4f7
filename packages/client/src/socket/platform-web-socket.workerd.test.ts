import { describe, expect, it } from 'vitest';
import { platformWebSocket } from './platform-web-socket.workerd.js';

/** As workerd has it: events, and no handlers. */
class EventsOnly extends EventTarget {}
class WithHandlers extends EventsOnly {
  get onopen(): null {
    return null;
  }
}
type AnyClass = new (url: string) => WebSocket;

describe('the WebSocket class on workerd', () => {
  it('calls the handlers that are set on it, and none that is not', () => {
    const made = new (platformWebSocket(EventsOnly as unknown as AnyClass))('wss://example.com');
    const heard: string[] = [];
    made.onopen = () => heard.push('open');
    made.onclose = ({ code }) => heard.push(`close ${code}`);
    const target = made as unknown as EventTarget;
    target.dispatchEvent(new Event('open'));
    target.dispatchEvent(new Event('error'));
    target.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
    expect(heard).toEqual(['open', 'close 1006']);
  });

  it('is the platform’s own where that has handlers, which would be called twice otherwise', () => {
    expect(platformWebSocket(WithHandlers as unknown as AnyClass)).toBe(WithHandlers);
  });
});
