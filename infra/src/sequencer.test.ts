import { service, subscription } from '@org/gateway-core';
import { defineService, defineWorker, table, topics } from '@org/gateway-server/service';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { clientsOfFunction, foreignClients } from './function-clients.js';
import { functionNames } from './function-plan.js';
import { iamLock } from './iam-lock.js';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';

const event = () => z.object({ id: z.string() });
const prices = service('prices', { ticks: subscription({ event, sequenced: true }), news: subscription({ event }) });
const Quotes = table('Quotes', { item: event, partitionKey: 'id' });

const quiet = defineService(service('quiet', { said: subscription({ event }) }), { uses: {} });
const declarations = {
  services: [defineService(prices, { uses: {} }), quiet],
  workers: [
    defineWorker('quoter', { source: Quotes.changes(), uses: {}, announces: prices }),
    defineWorker('ticker', { source: Quotes.changes(), uses: { ticks: topics(prices).allow('ticks') } }),
    defineWorker('reporter', { source: Quotes.changes(), uses: { news: topics(prices).allow('news') } }),
  ],
};
const stage = synthesize('production', {}, { declarations });
const lock = iamLock(stage);

const on = (...subscriptions: readonly string[]) => ({
  actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  resources: ['{Topics.Arn}'],
  conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': subscriptions.map((name) => `T#prices.${name}/*`) } },
});
const send = { actions: ['sqs:SendMessage'], resources: ['{SequencerQueue.Arn}'] };
const variablesOf = (name: string) =>
  (resourceNamed(stage.gateway, name).Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables;

describe('the sequencer', () => {
  it('has a FIFO queue that is encrypted, with the throughput of a queue per topic, and gives up after 60 tries a minute apart', () => {
    expect(resourceNamed(stage.data, 'SequencerQueue').Properties).toMatchObject({
      QueueName: 'gateway-production-SequencerQueue.fifo',
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['SequencerDeadLetters', 'Arn'] }, maxReceiveCount: 60 },
    });
    expect(resourceNamed(stage.data, 'SequencerDeadLetters').Properties).toMatchObject({ FifoQueue: true, SqsManagedSseEnabled: true });
    const policies = JSON.stringify(resourcesOf(stage.data, 'AWS::SQS::QueuePolicy'));
    expect(policies.match(/"aws:SecureTransport":"false"/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('is read by one function, ten messages at a time, which reports what failed', () => {
    expect(resourceNamed(stage.gateway, 'SequencerFunctionMessages').Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(Object.keys(variablesOf('SequencerFunction'))).toEqual(
      expect.arrayContaining(['GATEWAY_TOPICS_TABLE', 'GATEWAY_SEQUENCER_DEAD_LETTERS']),
    );
  });

  it('may write to topics of sequenced subscriptions and nothing else', () => {
    expect(lock.SequencerFunction).toEqual({
      OwnLogs: { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['{SequencerFunctionLogs.Arn}'] },
      Topics: on('ticks'),
      OwnDeadLetters: { actions: ['sqs:SendMessage'], resources: ['{SequencerDeadLetters.Arn}'] },
      OwnQueue: {
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        resources: ['{SequencerQueue.Arn}'],
      },
      Tracing: { actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] },
    });
  });

  it('gets messages from those who publish to sequenced subscriptions, who need no right on their topics', () => {
    expect([lock.pricesService?.Sequencer, lock.quoterWorker?.Sequencer, lock.tickerWorker?.Sequencer]).toEqual([send, send, send]);
    expect(lock.pricesService?.Topics).toEqual(on('ticks', 'news'));
    expect(lock.quoterWorker?.Topics).toEqual(on('news'));
    expect(Object.keys(lock.tickerWorker ?? {}).filter((sid) => sid.startsWith('Topics'))).toEqual([]);
    for (const name of ['pricesServiceFunction', 'quoterWorkerFunction', 'tickerWorkerFunction'])
      expect(variablesOf(name)).toHaveProperty('GATEWAY_SEQUENCER_QUEUE');
  });

  it('is nothing to everybody else', () => {
    for (const name of ['quietService', 'reporterWorker']) {
      expect(Object.keys(lock[name] ?? {})).not.toContain('Sequencer');
      expect(variablesOf(`${name}Function`)).not.toHaveProperty('GATEWAY_SEQUENCER_QUEUE');
    }
  });

  it('is watched as other queues are', () => {
    const alarms = Object.keys(resourcesOf(stage.gateway, 'AWS::CloudWatch::Alarm')).join();
    for (const name of ['sequencerErrors', 'sequencerThrottles', 'sequencerWaiting', 'sequencerDeadLetters'])
      expect(alarms).toContain(name);
  });

  it('is bundled, with SQS for it and for those who publish to it alone', () => {
    expect(functionNames(declarations, { graph: false, socket: false })).toContain('sequencer');
    for (const name of ['sequencer', 'prices', 'quoter', 'ticker'])
      expect(clientsOfFunction(name, declarations)).toContain('@aws-sdk/client-sqs');
    expect(foreignClients('reporter', declarations)).toContain('@aws-sdk/client-sqs');
  });

  it('is not there when no subscription is sequenced', () => {
    const without = { services: [quiet], workers: [] };
    expect(JSON.stringify(synthesize('production', {}, { declarations: without }))).not.toMatch(/sequencer/i);
    expect(functionNames(without, { graph: false, socket: true })).not.toContain('sequencer');
  });

  it('has a name that no service may have', () => {
    const taken = { services: [defineService(service('sequencer', {}), { uses: {} })], workers: [] };
    expect(() => functionNames(taken, { graph: false, socket: true })).toThrow('a service is called "sequencer"');
  });
});
