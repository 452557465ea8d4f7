/**
 * Sequenced subscriptions on a stage: `inference.labelled`, whose topics are published to here as a labeller does, through the sequencer's
 * queue. A stage of its own: functions are killed and time moves.
 */

import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inference } from '@org/gateway-contract';
import { createPublisher, type Publisher } from '@org/gateway-server';
import { createDynamoTopicLog, createKeyTable, createKeyTableSdk } from '@org/gateway-server/parts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';

const { local } = inject('stage');
const QUEUE = 'gateway-local-SequencerQueue.fifo';
const DEAD_LETTERS = 'gateway-local-SequencerDeadLetters.fifo';
const TOPICS = 'gateway-local-data-Topics';

/** A topic whose reader died waits six times the function's 10 s. */
const VISIBLE_AGAIN_MS = 61_000;

const PUBLISHERS = 8;
const EACH = 25;

describe.runIf(local)('a sequenced subscription', () => {
  let own: OwnStage;
  let queueUrl: string;
  let sqs: SQSClient;
  const publishers: Publisher<typeof inference>[] = [];
  const aws = () => ({ region: own.stage.environment.region, endpoint: own.stage.awsUrl, credentials: own.stage.operator });
  beforeAll(async () => {
    own = await startOwnStage();
    sqs = new SQSClient(own.operatorSettings());
    queueUrl = (await sqs.send(new GetQueueUrlCommand({ QueueName: QUEUE }))).QueueUrl ?? '';
    for (let at = 0; at < PUBLISHERS; at++)
      publishers.push(createPublisher({ service: inference, topicsTable: TOPICS, sequencer: queueUrl, aws: aws() }));
  });
  afterAll(async () => {
    sqs?.destroy();
    for (const publisher of publishers) await publisher.close();
    await own?.close();
  });

  const publisher = (at = 0) => publishers[at] as Publisher<typeof inference>;
  const event = (id: string, version: number) => ({ id, version, label: 'http', probability: 0.9 });
  /** Offset, publisher and number of everything that is stored. */
  const stored = async (id: string) => {
    const sdk = createKeyTableSdk(aws());
    const clock = { now: own.now, sleep: async () => {} };
    const log = createDynamoTopicLog({ table: createKeyTable(sdk, TOPICS), clock, random: Math.random, newId: () => freshName('x') });
    const events = await log.read(`inference.labelled/${id}`, 0, 500);
    await sdk.destroy();
    return events.map(({ offset, data }) => ({ offset, ...(JSON.parse(data) as { readonly id: string; readonly version: number }) }));
  };
  const range = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  it('gets 200 events of 8 publishers at once, each once, those of one publisher in its order, under offsets without a hole', async () => {
    const id = freshName('hot');
    const seen = await follow((options) => own.gateway.inference.labelled.subscribe({ id }, options));
    const publishAll = async (at: number) => {
      for (const version of range(EACH)) await publisher(at).publish('labelled', id, event(`p${at}`, version));
    };
    await Promise.all(publishers.map((_, at) => publishAll(at)));
    await eventually(() => (seen.events.length >= PUBLISHERS * EACH ? true : undefined));
    seen.stop();
    const log = await stored(id);
    expect(log.map(({ offset }) => offset)).toEqual(range(PUBLISHERS * EACH));
    for (const events of [log, seen.events])
      for (const at of publishers.keys())
        expect(events.filter((each) => each.id === `p${at}`).map(({ version }) => version)).toEqual(range(EACH));
    expect(seen.events).toHaveLength(PUBLISHERS * EACH);
  });

  it.each(['before', 'after'] as const)(
    'has nothing twice and nothing missing when the sequencer is killed %s it stored a batch',
    async (when) => {
      const id = freshName('killed');
      const killed = own.stage.inject({
        at: 'call',
        operation: 'dynamodb:TransactWriteItems',
        caller: 'SequencerFunction',
        when,
        effect: 'kill',
        times: 1,
      });
      await publisher().publish.batch(
        'labelled',
        id,
        range(25).map((version) => event('p', version)),
      );
      await killed.reached();
      own.skip(VISIBLE_AGAIN_MS);
      await eventually(async () => ((await stored(id)).length >= 25 ? true : undefined));
      expect((await stored(id)).map(({ offset, version }) => [offset, version])).toEqual(range(25).map((n) => [n, n]));
    },
  );

  it('stores an event once that is published again with its key', async () => {
    const id = freshName('keyed');
    const options = { idempotencyKey: 'order 1 – paid' };
    for (const at of [0, 1]) await publisher(at).publish('labelled', id, event('p', 1), options);
    // SQS knows it for five minutes, the log for a day.
    own.skip(301_000);
    await publisher(2).publish('labelled', id, event('p', 1), options);
    await publisher(2).publish('labelled', id, event('p', 2));
    await eventually(async () => ((await stored(id)).some(({ version }) => version === 2) ? true : undefined));
    expect((await stored(id)).map(({ offset, version }) => [offset, version])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('puts a message that nobody can store with the dead letters; its topic and others go on', async () => {
    const [id, other] = [freshName('poisoned'), freshName('other')];
    await publisher().publish('labelled', id, event('p', 1));
    const poison = { MessageBody: `poison ${id}`, MessageGroupId: `inference.labelled/${id}`, MessageDeduplicationId: id };
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, ...poison }));
    await publisher().publish('labelled', id, event('p', 2));
    await publisher().publish('labelled', other, event('p', 1));
    await eventually(async () => ((await stored(id)).length === 2 && (await stored(other)).length === 1 ? true : undefined));
    await eventually(() => own.operator.find(DEAD_LETTERS, `poison ${id}`));
  });

  it('takes no topic of a subscription that is not sequenced: its role may not write there', async () => {
    const id = freshName('forged');
    const forged = `${JSON.stringify({ topic: `inference.results/${id}`, retainSeconds: 1_800 })}\n{"kind":"end","count":1}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: forged, MessageGroupId: id, MessageDeduplicationId: id }));
    await eventually(() => own.stage.decisions(1_000).find(({ allowed, role }) => !allowed && role?.startsWith('SequencerFunction')));
  });
});
