import { describe, expect, it } from 'vitest';
import { createMemoryTopicLog } from '../topics/memory-topic-log.js';
import { createManualClock } from '../websocket/clock.fixture.js';
import { keepLargeEvents, linkLargeEvents } from './large-events.js';
import { memoryPayloads } from './payloads.fixture.js';

function start() {
  const { store, objects } = memoryPayloads();
  const log = createMemoryTopicLog({ clock: createManualClock(), newEpoch: () => 'e1' });
  const publish = keepLargeEvents(async (topic, events, retainSeconds) => {
    const { epoch, offset } = await log.append(topic, events, retainSeconds);
    return `${epoch}.${offset}`;
  }, store);
  return { log, objects, publish, linked: linkLargeEvents(log, store) };
}

const TOPIC = 'docs.changes/a';
const large = JSON.stringify('x'.repeat(128_000));

describe('P3.27 events that fit in no frame', () => {
  it('P3.27 lie in the bucket as long as the topic keeps its events, and are linked when they are read', async () => {
    const { log, linked, objects, publish } = start();
    await publish(TOPIC, large, 7 * 86_400);
    const [stored] = await log.read(TOPIC, 0, 10);
    expect(JSON.parse(stored?.data ?? '')).toEqual({ '$gw.ref': { key: 'out/8/k1', bytes: 128_002, sha256: expect.any(String) } });
    const [read] = await linked.read(TOPIC, 0, 10);
    expect(JSON.parse(read?.data ?? '')).toEqual({
      '$gw.ref': { url: 'https://s3.test/out/8/k1', bytes: 128_002, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(Buffer.from(objects.get('out/8/k1') ?? []).toString()).toBe(large);
  });

  it('leave the others of their batch as they are', async () => {
    const { linked, objects, publish } = start();
    await publish(TOPIC, ['1', large, '3'], 60);
    expect((await linked.read(TOPIC, 0, 10)).map(({ data }) => data.slice(0, 11))).toEqual(['1', '{"$gw.ref":', '3']);
    expect(objects.size).toBe(1);
  });
});
