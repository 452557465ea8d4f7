/**
 * Frames of a topic's events for our own client, `gw.ev`: as many events in each as fit, the same texts for all connections. PROTOCOL.md P3.17.
 *
 * An event that fits in no frame of 32,000 bytes travels in parts (P3.26). One that would need more than eight, because JSON in JSON grows, is
 * not pushed: its followers find the hole, and the answer to `gw.sync` brings it.
 */

import { partFrames } from '@org/gateway-core/parts';
import { MAX_FRAME_BYTES } from '@org/gateway-core/protocol';
import type { Logger } from '../telemetry/logger.js';
import { offsetEventText } from './missed-events.js';
import type { TopicEvent } from './topic-log.js';

/** Names a message of one event: epochs are unique. */
function nameOf(epoch: string, item: string): string {
  return `${epoch}.${Number.parseInt(item.slice(1), 10)}`;
}

/** Events of one epoch. */
export interface EventsRun {
  readonly topic: string;
  readonly epoch: string;
  readonly events: readonly TopicEvent[];
}

/** Frames of events of one epoch, in their order. */
export function eventsFrames(log: Logger, { topic, epoch, events }: EventsRun): readonly string[] {
  const head = `{"id":null,"method":"gw.ev","params":{"t":${JSON.stringify(topic)},"e":${JSON.stringify(epoch)},"x":[`;
  const tail = ']}}';
  const room = MAX_FRAME_BYTES - Buffer.byteLength(head) - tail.length;
  const frames: string[] = [];
  let items: string[] = [];
  let bytes = 0;
  const finish = () => {
    const [first] = items;
    const frame = `${head}${items.join(',')}${tail}`;
    if (first) {
      const name = nameOf(epoch, first);
      const parts = bytes <= room ? [frame] : partFrames(name, frame);
      if (!parts) log.warn('an event is too large to be pushed, its followers ask for it', { topic, event: name, bytes });
      frames.push(...(parts ?? []));
    }
    items = [];
    bytes = 0;
  };
  for (const event of events) {
    const text = offsetEventText(event);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > room) finish();
    items.push(text);
    bytes += size;
  }
  finish();
  return frames;
}
