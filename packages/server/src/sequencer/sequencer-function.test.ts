import { describe, expect, it } from 'vitest';
import { createLogger } from '../telemetry/logger.js';
import { createMemoryTopicLog } from '../topics/memory-topic-log.js';
import { createJumpingClock, START_MS } from '../websocket/clock.fixture.js';
import { writeQueueMessage } from './queue-message.js';
import { sequencerHandlerFromEnv } from './sequencer-from-env.js';
import { createSequencerHandler, type SequencerRecord } from './sequencer-function.js';

let numbers = 0;

function record(topic: string, data: string, more: { readonly body?: string; readonly key?: string } = {}): SequencerRecord {
  const sequence = String(++numbers).padStart(20, '0');
  const { body = writeQueueMessage({ topic, data, retainSeconds: 86_400, ...(more.key === undefined ? {} : { key: more.key }) }) } = more;
  return { messageId: `m${data}`, body, attributes: { MessageGroupId: topic, SequenceNumber: sequence } };
}

function start(failing: (topic: string) => boolean = () => false) {
  const log = createMemoryTopicLog({ clock: createJumpingClock(), newEpoch: () => 'e1' });
  const buried: string[] = [];
  const lines: string[] = [];
  const handler = createSequencerHandler({
    topics: {
      sequence: async (topic, messages, retainSeconds) => {
        if (failing(topic)) throw new Error('throttled');
        await log.sequence(topic, messages, retainSeconds);
      },
    },
    bury: async ({ messageId }) => {
      if (failing(messageId)) throw new Error('queue is out of reach');
      buried.push(messageId);
    },
    log: createLogger({ function: 'sequencer' }, (line) => lines.push(line)),
  });
  const again = async (...records: readonly SequencerRecord[]) =>
    (await handler({ Records: records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const events = async (topic: string) => (await log.read(topic, 0, 100)).map(({ data }) => data);
  return { again, events, buried, lines, log };
}

describe('the sequencer', () => {
  it('stores the events of each topic in the order of the queue', async () => {
    const { again, events } = start();
    expect(await again(record('a', '1'), record('b', '2'), record('a', '3'))).toEqual([]);
    expect([await events('a'), await events('b')]).toEqual([['1', '3'], ['2']]);
  });

  it('adds nothing when a batch comes again', async () => {
    const { again, events } = start();
    const batch = [record('a', '1'), record('a', '2')];
    await again(...batch);
    await again(...batch, record('a', '3'));
    expect(await events('a')).toEqual(['1', '2', '3']);
  });

  it('has all of a topic come again that failed, and goes on with others', async () => {
    let down = true;
    const { again, events, lines } = start((topic) => topic === 'a' && down);
    const batch = [record('a', '1'), record('b', '2'), record('a', '3')];
    expect(await again(...batch)).toEqual(['m1', 'm3']);
    expect(await events('b')).toEqual(['2']);
    expect(lines.join()).toContain('come again');
    down = false;
    expect(await again(...batch.filter(({ attributes }) => attributes.MessageGroupId === 'a'))).toEqual([]);
    expect(await events('a')).toEqual(['1', '3']);
  });

  it.each([
    ['one line', 'poison'],
    ['no head', 'poison\n1'],
    ['no event', '{"topic":"a","retainSeconds":60}\n'],
    ['another form', '{"topic":"a"}\n1'],
    ['an event that no frame carries', `{"topic":"a","retainSeconds":60}\n"${'x'.repeat(128_000)}"`],
    ['a key that no row carries', '{"topic":"a","retainSeconds":60,"key":""}\n1'],
  ])('puts a message with %s with the dead letters at once, and stores those around it', async (_, body) => {
    const { again, events, buried } = start();
    expect(await again(record('a', '1'), record('a', 'poison', { body }), record('a', '2'))).toEqual([]);
    expect([await events('a'), buried]).toEqual([['1', '2'], ['mpoison']]);
  });

  it('keeps a message in the queue that it could not put with the dead letters, and the rest of its group', async () => {
    const { again, events } = start((id) => id === 'mpoison');
    expect(await again(record('a', '1'), record('a', 'poison', { body: 'poison' }), record('a', '2'))).toEqual(['mpoison', 'm2']);
    expect(await events('a')).toEqual(['1']);
  });

  it('keeps events for as long as their message says', async () => {
    const { again, log } = start();
    await again(record('a', '1'));
    const [event] = await log.read('a', 0, 1);
    expect(event?.expiresAtMs).toBe(START_MS + 86_400_000);
  });

  it('is made from the environment, which names all that is missing', async () => {
    expect(() => sequencerHandlerFromEnv({})).toThrow(/GATEWAY_TOPICS_TABLE \(missing\).*GATEWAY_SEQUENCER_DEAD_LETTERS \(missing\)/);
    const handler = sequencerHandlerFromEnv({
      GATEWAY_TOPICS_TABLE: 'Topics',
      GATEWAY_SEQUENCER_DEAD_LETTERS: 'https://sqs.example.com/1/dead.fifo',
    });
    expect(await handler({ Records: [] })).toEqual({ batchItemFailures: [] });
  });
});
