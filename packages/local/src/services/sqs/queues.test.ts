import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../clock.js';
import { createEvaluator } from '../../iam/evaluator.js';
import { environment, operator, role, temporaryFolder } from '../fixture.test.support.js';
import { type ModulesFixture, queueArn, queueResource, startModules } from '../modules.test.support.js';

const redrive = (maxReceiveCount = 1) => ({ RedrivePolicy: { deadLetterTargetArn: queueArn('dead'), maxReceiveCount } });

describe('a queue', () => {
  it('of the template has its attributes, and a URL on the local origin', async () => {
    const { sqs, awsUrl } = await startModules({
      resources: [queueResource('dead'), queueResource('jobs', { VisibilityTimeout: '360', ...redrive(5) })],
    });
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    expect(QueueUrl).toBe(`${awsUrl}/123456789012/jobs`);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toEqual({
      QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1700000000',
      LastModifiedTimestamp: '1700000000',
      VisibilityTimeout: '360',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead","maxReceiveCount":5}',
    });
  });

  it('is created once, changed, listed and deleted', async () => {
    const { sqs, awsUrl, advance } = await startModules({ resources: [queueResource('jobs')] });
    const create = (Attributes = {}) => sqs.send(new CreateQueueCommand({ QueueName: 'more', Attributes }));
    const { QueueUrl } = await create({ DelaySeconds: '5' });
    expect((await create({ DelaySeconds: '5' })).QueueUrl).toBe(QueueUrl);
    await expect(create({ DelaySeconds: '6' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '7' } }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] }));
    expect(Attributes).toEqual({ DelaySeconds: '7' });
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls).toEqual([`${awsUrl}/123456789012/jobs`, `${awsUrl}/123456789012/more`]);
    const page = await sqs.send(new ListQueuesCommand({ MaxResults: 1 }));
    expect((await sqs.send(new ListQueuesCommand({ MaxResults: 1, NextToken: page.NextToken }))).QueueUrls).toEqual([QueueUrl]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'more' }))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await expect(create()).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    await advance(60_000);
    expect((await create()).QueueUrl).toBe(QueueUrl);
  });

  it.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ MaximumMessageSize: '1048577' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: '{"maxReceiveCount":1}' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('none'), maxReceiveCount: 1 }) }, 'InvalidParameterValue'],
    [{ FifoQueue: 'true' }, 'InvalidAttributeName'],
    [{ Color: 'red' }, 'InvalidAttributeName'],
  ])('refuses %j', async (Attributes: Record<string, string>, name) => {
    const { sqs, awsUrl } = await startModules({ resources: [queueResource('jobs')] });
    const QueueUrl = `${awsUrl}/123456789012/jobs`;
    await expect(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))).rejects.toMatchObject({ name });
  });

  it('is put to the policy that a call gave it, until that is taken away', async () => {
    const clock = createManualClock(1_700_000_000_123);
    const dataDir = await temporaryFolder();
    const start = () => {
      const { authorize, replacePolicy } = createEvaluator({ stacks: [], environment, clock, operators: [operator.arn] });
      return startModules({ clock, resources: [queueResource('jobs')], authorize, replacePolicy, dataDir });
    };
    const policyOf = (name: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: role.arn }, Action: 'sqs:SendMessage', Resource: queueArn(name) },
      });
    const { sqs, neighbours, awsUrl, close } = await start();
    const send = (name: string, queues = neighbours.queues!) =>
      queues.send(queueArn(name), { body: 'x' }, { principal: role }).then(
        () => 'sent',
        (error: Error) => error.name,
      );
    const QueueUrl = `${awsUrl}/123456789012/jobs`;
    const give = (Policy: string) => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    expect(await send('jobs')).toBe('AccessDeniedException');
    await give(policyOf('jobs'));
    expect(await send('jobs')).toBe('sent');
    const malformed = {
      name: 'InvalidAttributeValue',
      message: expect.stringMatching(/Policy.*got Effect "Maybe", expected Allow or Deny/),
    };
    await expect(give('{"Statement":{"Effect":"Maybe"}}')).rejects.toMatchObject(malformed);
    expect(await send('jobs')).toBe('sent');
    await give('');
    expect(await send('jobs')).toBe('AccessDeniedException');

    await sqs.send(new CreateQueueCommand({ QueueName: 'more', Attributes: { Policy: policyOf('more') } }));
    await give(policyOf('jobs'));
    expect([await send('more'), await send('jobs')]).toEqual(['sent', 'sent']);
    await close();
    const { queues } = (await start()).neighbours;
    expect([await send('more', queues), await send('jobs', queues)]).toEqual(['sent', 'AccessDeniedException']);
  });

  it('is purged once a minute', async () => {
    const { sqs, awsUrl, advance } = await startModules({ resources: [queueResource('jobs')] });
    const QueueUrl = `${awsUrl}/123456789012/jobs`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await count({ sqs, awsUrl }, 'jobs')).toBe(0);
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
    await advance(60_000);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });

  it('keeps messages, counts and deduplication ids over a restart', async () => {
    const dataDir = await temporaryFolder();
    const resources = [queueResource('jobs', { VisibilityTimeout: 60 }), queueResource('jobs.fifo')];
    const first = await startModules({ resources, dataDir });
    const QueueUrl = `${first.awsUrl}/123456789012/jobs`;
    await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));
    await first.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const once = { MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'once' };
    const sent = await first.sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}.fifo`, ...once }));
    await first.close();

    const second = await startModules({ resources, dataDir, clock: first.clock });
    const url = `${second.awsUrl}/123456789012/jobs`;
    const receive = async () =>
      (await second.sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] })))
        .Messages;
    expect((await receive())?.map(({ Body }) => Body)).toEqual(['b']);
    await second.advance(60_000);
    expect((await receive())?.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([
      ['a', '2'],
      ['b', '2'],
    ]);
    const again = await second.sqs.send(new SendMessageCommand({ QueueUrl: `${url}.fifo`, ...once }));
    expect(again.MessageId).toBe(sent.MessageId);
  });
});

describe('a redrive', () => {
  async function startWithDead(bodies: readonly string[]) {
    const fixture = await startModules({ resources: [queueResource('dead'), queueResource('jobs', redrive()), queueResource('other')] });
    const { sqs, awsUrl, advance } = fixture;
    const QueueUrl = `${awsUrl}/123456789012/jobs`;
    for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    for (let left = bodies.length; left > 0; left -= 10) await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    await advance(30_000);
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    return fixture;
  }
  const tasks = async ({ sqs }: ModulesFixture) =>
    (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: queueArn('dead'), MaxResults: 10 }))).Results;

  it('takes messages back to the queue they came from, as new ones', async () => {
    const fixture = await startWithDead(['a', 'b']);
    expect([await count(fixture, 'jobs'), await count(fixture, 'dead')]).toEqual([0, 2]);
    await fixture.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: queueArn('dead') }));
    expect([await count(fixture, 'jobs'), await count(fixture, 'dead')]).toEqual([2, 0]);
    expect(await tasks(fixture)).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 2 },
    ]);
  });

  it('goes at its rate, to another queue, and can be cancelled', async () => {
    const fixture = await startWithDead(['a', 'b', 'c', 'd', 'e']);
    const { sqs, advance } = fixture;
    const start = { SourceArn: queueArn('dead'), DestinationArn: queueArn('other'), MaxNumberOfMessagesPerSecond: 2 };
    const { TaskHandle } = await sqs.send(new StartMessageMoveTaskCommand(start));
    expect(await count(fixture, 'other')).toBe(2);
    await expect(sqs.send(new StartMessageMoveTaskCommand(start))).rejects.toThrow(/Only one active task/);
    await advance(1000);
    expect(await count(fixture, 'other')).toBe(4);
    const { ApproximateNumberOfMessagesMoved } = await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(ApproximateNumberOfMessagesMoved).toBe(4);
    await advance(10_000);
    expect([await count(fixture, 'other'), await count(fixture, 'dead')]).toEqual([4, 1]);
    expect(await tasks(fixture)).toMatchObject([{ Status: 'CANCELLED' }]);
  });

  it('is refused for a queue that is nobody’s dead-letter queue', async () => {
    const { sqs, awsUrl } = await startWithDead([]);
    await expect(sqs.send(new StartMessageMoveTaskCommand({ SourceArn: queueArn('other') }))).rejects.toThrow(
      /must be configured as a Dead Letter Queue/,
    );
    const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: `${awsUrl}/123456789012/dead` }));
    expect(sources.queueUrls).toEqual([`${awsUrl}/123456789012/jobs`]);
  });
});

async function count({ sqs, awsUrl }: Pick<ModulesFixture, 'sqs' | 'awsUrl'>, name: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: `${awsUrl}/123456789012/${name}`, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
}
