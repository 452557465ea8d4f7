import {
  BedrockAgentClient,
  DeleteKnowledgeBaseDocumentsCommand,
  GetKnowledgeBaseDocumentsCommand,
  IngestKnowledgeBaseDocumentsCommand,
  type KnowledgeBaseDocument,
  paginateListKnowledgeBaseDocuments,
} from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { environment, onCleanup, operatorKeys, temporaryFolder } from '../fixture.test.support.js';
import { resource, type ServiceFixture, type ServiceOptions, startService } from '../text-index/service.test.support.js';
import { bedrockModule, KNOWLEDGE_BASE_TYPE } from './module.js';

const knowledgeBaseId = 'KB12345678';
const dataSourceId = 'DS12345678';

interface BedrockFixture extends ServiceFixture {
  readonly agent: BedrockAgentClient;
  readonly runtime: BedrockAgentRuntimeClient;
}

async function startBedrock(options: ServiceOptions = {}): Promise<BedrockFixture> {
  const fixture = await startService(
    bedrockModule,
    [resource(KNOWLEDGE_BASE_TYPE, knowledgeBaseId, { DataSourceId: dataSourceId })],
    options,
  );
  const configuration = { endpoint: fixture.endpoint.url, region: environment.region, credentials: operatorKeys, maxAttempts: 1 };
  const agent = new BedrockAgentClient(configuration);
  // This client alone would speak HTTP/2.
  const runtime = new BedrockAgentRuntimeClient({ ...configuration, requestHandler: new NodeHttpHandler() });
  onCleanup(() => {
    agent.destroy();
    runtime.destroy();
  });
  return { ...fixture, agent, runtime };
}

function inline(id: string, data: string, attributes: Readonly<Record<string, string>> = {}): KnowledgeBaseDocument {
  const inlineAttributes = Object.entries(attributes).map(([key, stringValue]) => ({
    key,
    value: { type: 'STRING' as const, stringValue },
  }));
  return {
    content: {
      dataSourceType: 'CUSTOM',
      custom: { customDocumentIdentifier: { id }, sourceType: 'IN_LINE', inlineContent: { type: 'TEXT', textContent: { data } } },
    },
    ...(inlineAttributes.length === 0 ? {} : { metadata: { type: 'IN_LINE_ATTRIBUTE', inlineAttributes } }),
  };
}

const documents = [
  inline('install', 'Install the package with npm. Node.js 20 or later is required.', { title: 'Installing', team: 'core' }),
  inline('config', 'A timeout is given in milliseconds.', { title: 'Configuration' }),
];

const custom = (id: string) => ({ dataSourceType: 'CUSTOM' as const, custom: { id } });
const ask = (text: string, more: object = {}): RetrieveCommand =>
  new RetrieveCommand({ knowledgeBaseId, retrievalQuery: { text }, ...more });

describe('documents', () => {
  it('are ingested, looked up, listed and deleted', async () => {
    const { agent } = await startBedrock();
    const ingested = await agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents }));
    expect(ingested.$metadata.httpStatusCode).toBe(202);
    expect(ingested.documentDetails?.[0]).toEqual({
      knowledgeBaseId,
      dataSourceId,
      status: 'STARTING',
      identifier: custom('install'),
      updatedAt: expect.any(Date),
    });
    const get = new GetKnowledgeBaseDocumentsCommand({
      knowledgeBaseId,
      dataSourceId,
      documentIdentifiers: [custom('install'), custom('none')],
    });
    expect((await agent.send(get)).documentDetails?.map(({ status }) => status)).toEqual(['INDEXED', 'NOT_FOUND']);
    const ids: unknown[] = [];
    for await (const page of paginateListKnowledgeBaseDocuments({ client: agent, pageSize: 1 }, { knowledgeBaseId, dataSourceId })) {
      ids.push(page.documentDetails?.map(({ identifier }) => identifier?.custom?.id));
    }
    expect(ids).toEqual([['config'], ['install']]);
    const remove = new DeleteKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documentIdentifiers: [custom('install')] });
    expect((await agent.send(remove)).documentDetails?.map(({ status }) => status)).toEqual(['DELETING']);
    expect((await agent.send(get)).documentDetails?.map(({ status }) => status)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it('are kept in the data folder', async () => {
    const dataDir = await temporaryFolder();
    const first = await startBedrock({ dataDir });
    await first.agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents }));
    await first.close();
    const { runtime } = await startBedrock({ dataDir });
    expect((await runtime.send(ask('timeout'))).retrievalResults).toHaveLength(1);
  });

  it.each<[string, KnowledgeBaseDocument, RegExp]>([
    [
      'of another data source type',
      { content: { dataSourceType: 'S3', s3: { s3Location: { uri: 's3://a/b' } } } },
      /must match the type of the data source: CUSTOM/,
    ],
    [
      'in a format that is not read',
      {
        content: {
          dataSourceType: 'CUSTOM',
          custom: {
            customDocumentIdentifier: { id: 'a' },
            sourceType: 'IN_LINE',
            inlineContent: { type: 'BYTE', byteContent: { mimeType: 'application/pdf', data: Buffer.from('%PDF') } },
          },
        },
      },
      /does not read application\/pdf/,
    ],
  ])('%s are a ValidationException', async (_what, document, message) => {
    const { agent } = await startBedrock();
    const command = new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents: [document] });
    await expect(agent.send(command)).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  });
});

describe('Retrieve', () => {
  it('answers with passages, best first, with a score between 0 and 1', async () => {
    const { agent, runtime } = await startBedrock();
    await agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents }));
    const { retrievalResults = [] } = await runtime.send(ask('Which Node.js is required?'));
    expect(retrievalResults).toHaveLength(1);
    expect(retrievalResults[0]).toMatchObject({
      content: { type: 'TEXT', text: 'Install the package with npm. Node.js 20 or later is required.' },
      location: { type: 'CUSTOM', customDocumentLocation: { id: 'install' } },
      metadata: { title: 'Installing', team: 'core', 'x-amz-bedrock-kb-data-source-id': dataSourceId },
    });
    expect(retrievalResults[0]?.score).toBeGreaterThan(0);
    expect(retrievalResults[0]?.score).toBeLessThan(1);
  });

  it('filters by metadata and gives as many results as asked for', async () => {
    const { agent, runtime } = await startBedrock();
    const more = Array.from({ length: 8 }, (_, n) => inline(`${n}`, `timeout number ${n}`, { team: n % 2 === 0 ? 'even' : 'odd' }));
    await agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents: more }));
    expect((await runtime.send(ask('timeout'))).retrievalResults).toHaveLength(5);
    const vectorSearchConfiguration = { numberOfResults: 3, filter: { equals: { key: 'team', value: 'odd' } } };
    const { retrievalResults = [] } = await runtime.send(ask('timeout', { retrievalConfiguration: { vectorSearchConfiguration } }));
    expect(retrievalResults.map(({ metadata }) => metadata?.team)).toEqual(['odd', 'odd', 'odd']);
  });

  it.each<[string, object, string[]]>([
    ['equals', { equals: { key: 'team', value: 'core' } }, ['a']],
    ['notEquals', { notEquals: { key: 'team', value: 'core' } }, ['b', 'c']],
    ['greaterThan', { greaterThan: { key: 'level', value: 1 } }, ['b']],
    ['greaterThanOrEquals', { greaterThanOrEquals: { key: 'level', value: 1 } }, ['a', 'b']],
    ['lessThan', { lessThan: { key: 'level', value: 2 } }, ['a']],
    ['lessThanOrEquals', { lessThanOrEquals: { key: 'level', value: 2 } }, ['a', 'b']],
    ['in', { in: { key: 'team', value: ['core', 'web'] } }, ['a', 'b']],
    ['notIn', { notIn: { key: 'team', value: ['core', 'web'] } }, ['c']],
    ['startsWith', { startsWith: { key: 'team', value: 'co' } }, ['a']],
    ['stringContains in a text', { stringContains: { key: 'team', value: 'or' } }, ['a']],
    ['stringContains in texts', { stringContains: { key: 'tags', value: 'la' } }, ['b']],
    ['listContains', { listContains: { key: 'tags', value: 'slow' } }, ['c']],
    ['andAll', { andAll: [{ greaterThan: { key: 'level', value: 0 } }, { equals: { key: 'team', value: 'web' } }] }, ['b']],
    ['orAll', { orAll: [{ equals: { key: 'team', value: 'core' } }, { equals: { key: 'team', value: 'web' } }] }, ['a', 'b']],
  ])('filters by %s', async (_operator, filter, expected) => {
    const { agent, runtime } = await startBedrock();
    const level = (numberValue: number) => ({ key: 'level', value: { type: 'NUMBER' as const, numberValue } });
    const tags = (...stringListValue: string[]) => ({ key: 'tags', value: { type: 'STRING_LIST' as const, stringListValue } });
    const team = (stringValue: string) => ({ key: 'team', value: { type: 'STRING' as const, stringValue } });
    const attributes = { a: [team('core'), level(1)], b: [team('web'), level(2), tags('flat')], c: [tags('slow', 'old')] };
    const given = Object.entries(attributes).map(([id, inlineAttributes]) => ({
      ...inline(id, 'timeout'),
      metadata: { type: 'IN_LINE_ATTRIBUTE' as const, inlineAttributes },
    }));
    await agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents: given }));
    const { retrievalResults = [] } = await runtime.send(
      ask('timeout', { retrievalConfiguration: { vectorSearchConfiguration: { filter } } }),
    );
    expect(retrievalResults.map(({ location }) => location?.customDocumentLocation?.id).sort()).toEqual(expected);
  });

  it.each<[string, object, string]>([
    ['a guardrail', { guardrailConfiguration: { guardrailId: 'g', guardrailVersion: '1' } }, 'guardrailConfiguration'],
    [
      'another kind of search',
      { retrievalConfiguration: { vectorSearchConfiguration: { overrideSearchType: 'HYBRID' } } },
      'overrideSearchType',
    ],
  ])('with %s is refused by name', async (_what, more, name) => {
    const { runtime } = await startBedrock();
    await expect(runtime.send(ask('timeout', more))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `The local stage does not serve ${name}.`,
    });
  });

  it('of a knowledge base that is missing is ResourceNotFoundException', async () => {
    const { runtime } = await startBedrock();
    const command = new RetrieveCommand({ knowledgeBaseId: 'KB00000000', retrievalQuery: { text: 'a' } });
    await expect(runtime.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
  });
});

describe('a call', () => {
  it('is a question to IAM about the knowledge base; ingestion asks for StartIngestionJob too', async () => {
    const asked: AuthorizationRequest[] = [];
    const { agent, runtime } = await startBedrock({
      authorize: (request) => {
        asked.push(request);
        return { allowed: request.action !== 'bedrock:StartIngestionJob' };
      },
    });
    await runtime.send(ask('timeout'));
    await expect(agent.send(new IngestKnowledgeBaseDocumentsCommand({ knowledgeBaseId, dataSourceId, documents }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
    const arn = `arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/${knowledgeBaseId}`;
    expect(asked.map(({ action, resource: on }) => [action, on])).toEqual([
      ['bedrock:Retrieve', arn],
      ['bedrock:IngestKnowledgeBaseDocuments', arn],
      ['bedrock:StartIngestionJob', arn],
    ]);
  });

  it('is throttled as a fault says', async () => {
    const { runtime } = await startBedrock({ faults: () => 'throttle' });
    await expect(runtime.send(ask('timeout'))).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
  });
});
