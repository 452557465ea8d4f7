/**
 * Frames of a topic's events for our own client, `gw.ev`: as many events in each as fit, the same texts for all connections. PROTOCOL.md P3.17.
 *
 * An event that fits in no frame of 32,000 bytes travels in parts (P3.26).
 */

import { MAX_FRAME_BYTES } from '@org/gateway-core/protocol';
import { partFrames } from '../large-messages/split-text.js';
import { offsetEventText } from './missed-events.js';
import type { TopicEvent } from './topic-log.js';

/** Names a message of one event: epochs are unique. */
function nameOf(epoch: string, item: string): string {
  return `${epoch}.${Number.parseInt(item.slice(1), 10)}`;
}

/** Frames of events of one epoch, in their order. */
export function eventsFrames(topic: string, epoch: string, events: readonly TopicEvent[]): readonly string[] {
  const head = `{"id":null,"method":"gw.ev","params":{"t":${JSON.stringify(topic)},"e":${JSON.stringify(epoch)},"x":[`;
  const tail = ']}}';
  const room = MAX_FRAME_BYTES - Buffer.byteLength(head) - tail.length;
  const frames: string[] = [];
  let items: string[] = [];
  let bytes = 0;
  const finish = () => {
    const [first] = items;
    const frame = `${head}${items.join(',')}${tail}`;
    if (first) frames.push(...(bytes <= room ? [frame] : (partFrames(nameOf(epoch, first), frame) ?? [])));
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
