import { message, messages, mutation, query, service, subscription } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readServiceEnvironment, readWorkerEnvironment } from './env.js';
import { answers } from './service/answers.js';
import { bucket } from './service/bucket.js';
import { bus } from './service/bus.js';
import { defineService } from './service/define-service.js';
import { serviceFunction } from './service/function.js';
import { searchIndex } from './service/search-index.js';
import { table } from './service/table.js';
import { topics } from './service/topics.js';
import { defineWorker } from './service/worker.js';

const Notes = table('Notes', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const Stats = table('Stats', { item: () => z.object({ id: z.string() }), partitionKey: 'id', account: 'analytics' });
const NotesIndex = searchIndex('NotesIndex', { document: () => z.object({ text: z.string() }), fields: { text: { type: 'text' } } });
const Help = answers('Help');
const News = bus('News', messages('news', { changed: message({ data: () => z.string() }) }), { transport: 'sns-sqs' });
const indexing = service('indexing', { state: query({}) });

const notes = service('notes', { get: query({}), changes: subscription({ event: () => z.string() }) });
const declaration = defineService(notes, { uses: { table: Notes.allow('get'), files: bucket('Files').allow('get') } });
const complete = {
  GATEWAY_SERVICE: 'notes',
  GATEWAY_ALLOWED_ORIGIN: '*',
  GATEWAY_CONNECTIONS_TABLE: 'connections-1',
  GATEWAY_TOPICS_TABLE: 'topics-1',
  RES_Notes: 'notes-1',
  RES_Files: 'files-1',
};

const relay = defineWorker('relay', {
  source: Notes.changes(),
  uses: {
    stats: Stats.allow('update'),
    index: NotesIndex.allow('write'),
    help: Help.allow('put'),
    bus: News.allow('publish'),
    indexing: serviceFunction(indexing).allow('state'),
  },
});
const relayed = {
  AWS_REGION: 'eu-west-1',
  RES_Stats: 'stats-1',
  RES_NotesIndex: 'https://search.example.com',
  RES_Help: 'kendra:0a1b',
  RES_News: 'arn:aws:sns:eu-west-1:111111111111:news.fifo',
  RES_FunctionIndexing: 'indexing-1',
  ACCOUNT_analytics: '{"roleArn":"arn:aws:iam::222222222222:role/stats","externalId":"x","region":"eu-central-1"}',
};

describe('the queue of the sequencer', () => {
  it('is asked for where something is published to a sequenced subscription', () => {
    const hot = service('hot', { ticks: subscription({ event: () => z.string(), sequenced: true }) });
    const owner = defineService(hot, { uses: {} });
    const teller = defineWorker('teller', { source: Notes.changes(), uses: { ticks: topics(hot).allow('ticks') } });
    expect(() => readServiceEnvironment(owner, { GATEWAY_SEQUENCER_QUEUE: 'Queue' })).toThrow('GATEWAY_SEQUENCER_QUEUE (Invalid URL)');
    expect(() => readWorkerEnvironment(teller, {})).toThrow('GATEWAY_SEQUENCER_QUEUE (missing)');
    const told = { RES_TopicsHot: 'topics-1', GATEWAY_SEQUENCER_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/1/q.fifo' };
    expect(readWorkerEnvironment(teller, told).sequencerQueue).toBe('https://sqs.eu-west-1.amazonaws.com/1/q.fifo');
    expect(readServiceEnvironment(declaration, complete).sequencerQueue).toBeUndefined();
  });
});

describe('readServiceEnvironment', () => {
  it('reads what the deployment set', () => {
    const environment = readServiceEnvironment(declaration, complete);
    expect(environment).toMatchObject({ allowedOrigin: '*', connectionsTable: 'connections-1', topicsTable: 'topics-1' });
    expect(environment.locationOf(Notes.resource)).toBe('notes-1');
  });

  it('lists everything that is missing or wrong in one message', () => {
    expect(() => readServiceEnvironment(declaration, { GATEWAY_SERVICE: 'other', GATEWAY_ALLOWED_ORIGIN: '*', RES_Notes: '' })).toThrow(
      /GATEWAY_SERVICE \(.*\), GATEWAY_CONNECTIONS_TABLE \(missing\), GATEWAY_TOPICS_TABLE \(missing\), RES_Notes \(.*\), RES_Files \(missing\)/,
    );
  });

  it('asks for no topics table where there are no subscriptions', () => {
    const plain = defineService(service('plain', { get: query({}) }), { uses: {} });
    const { GATEWAY_TOPICS_TABLE: _, ...rest } = complete;
    expect(readServiceEnvironment(plain, { ...rest, GATEWAY_SERVICE: 'plain' }).topicsTable).toBeUndefined();
  });

  it('asks for the table of replies where clients can send a mutation', () => {
    const writing = service('writing', { write: mutation({}) });
    const env = { ...complete, GATEWAY_SERVICE: 'writing' };
    expect(() => readServiceEnvironment(defineService(writing, { uses: {} }), env)).toThrow('GATEWAY_REPLIES_TABLE (missing)');
    const told = readServiceEnvironment(defineService(writing, { uses: {} }), { ...env, GATEWAY_REPLIES_TABLE: 'replies-1' });
    expect(told.repliesTable).toBe('replies-1');
    expect(readServiceEnvironment(defineService(writing, { uses: {}, internal: true }), env).repliesTable).toBeUndefined();
  });

  it('asks an internal service for nothing of the gateways, which no route leads to it from', () => {
    const internal = defineService(indexing, { uses: { table: Notes.allow('get') }, internal: true });
    expect(readServiceEnvironment(internal, { GATEWAY_SERVICE: 'indexing', RES_Notes: 'n' }).locationOf(Notes.resource)).toBe('n');
  });
});

describe('readWorkerEnvironment', () => {
  it('reads locations of every kind and how to act in other accounts', () => {
    const environment = readWorkerEnvironment(relay, relayed);
    expect(environment).toMatchObject({ connectionsTable: undefined, topicsTable: undefined, region: 'eu-west-1' });
    expect(environment.locationOf(Help.resource)).toBe('kendra:0a1b');
    expect(environment.accountOf('analytics')).toEqual({
      roleArn: 'arn:aws:iam::222222222222:role/stats',
      externalId: 'x',
      region: 'eu-central-1',
    });
  });

  it('lists everything that is missing or wrong in one message, each variable once', () => {
    const wrong = {
      ...relayed,
      AWS_REGION: '',
      RES_Stats: undefined,
      RES_NotesIndex: 'search',
      RES_Help: 'kendra:',
      ACCOUNT_analytics: '{',
    };
    expect(() => readWorkerEnvironment(relay, wrong)).toThrow(
      /^\[ENV\] the environment of worker relay is incomplete: AWS_REGION \(.*\), RES_Stats \(missing\), RES_NotesIndex \(.*\), RES_Help \(expected "kendra:INDEX" or "knowledge-base:ID:DATASOURCE"\), ACCOUNT_analytics \(expected JSON \{"roleArn":"arn:…","externalId":…,"region":…\}\); the deployment sets these$/,
    );
  });

  it('asks a worker that announces for the tables of the realtime part', () => {
    const announcing = defineWorker('announcer', { source: Notes.changes(), uses: {}, announces: notes });
    expect(() => readWorkerEnvironment(announcing, {})).toThrow('GATEWAY_CONNECTIONS_TABLE (missing), GATEWAY_TOPICS_TABLE (missing)');
  });
});
