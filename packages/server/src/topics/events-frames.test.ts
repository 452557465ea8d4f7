import { describe, expect, it } from 'vitest';
import { createLogger } from '../telemetry/logger.js';
import { eventsFrames } from './events-frames.js';

const topic = 'documents.changes/inbox';
const event = (offset: number, data: string) => ({ epoch: 'e1', offset, data, expiresAtMs: 1_700_000_000_123 });

describe('frames of pushed events', () => {
  it('P3.26 leave out an event that would need more than eight parts, and the log says which', () => {
    const lines: string[] = [];
    // JSON in JSON in a part: each quote is a backslash, a backslash and a quote by then.
    const huge = JSON.stringify('"'.repeat(63_800));
    const frames = eventsFrames(
      createLogger({}, (line) => lines.push(line)),
      { topic, epoch: 'e1', events: [event(1, '"a"'), event(2, huge), event(3, '"b"')] },
    );
    const pushed = (offset: number, data: string) =>
      `{"id":null,"method":"gw.ev","params":{"t":"documents.changes/inbox","e":"e1","x":[[${offset},"${data}"]]}}`;
    expect(frames.map((frame) => frame.slice(0, 200))).toEqual([pushed(1, 'a'), pushed(3, 'b')]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'WARN',
        message: 'an event is too large to be pushed, its followers ask for it',
        topic,
        event: 'e1.2',
        bytes: 127_607,
      },
    ]);
  });
});
