import {
  BatchDeleteDocumentCommand,
  BatchGetDocumentStatusCommand,
  BatchPutDocumentCommand,
  DescribeIndexCommand,
  type Document,
  KendraClient,
  ListIndicesCommand,
  paginateListIndices,
  QueryCommand,
  RetrieveCommand,
} from '@aws-sdk/client-kendra';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { environment, onCleanup, operatorKeys, temporaryFolder } from '../fixture.test.support.js';
import { resource, type ServiceFixture, type ServiceOptions, startService } from '../text-index/service.test.support.js';
import { INDEX_TYPE, kendraModule } from './module.js';

const IndexId = '11111111-2222-4333-8444-555555555555';

async function startKendra(options: ServiceOptions = {}): Promise<ServiceFixture & { readonly kendra: KendraClient }> {
  const fixture = await startService(kendraModule, [resource(INDEX_TYPE, IndexId, { Name: 'help' })], options);
  const kendra = new KendraClient({
    endpoint: fixture.endpoint.url,
    region: environment.region,
    credentials: operatorKeys,
    maxAttempts: 1,
  });
  onCleanup(() => kendra.destroy());
  return { ...fixture, kendra };
}

const text = (content: string): Uint8Array => Buffer.from(content);

const Documents: Document[] = [
  {
    Id: 'install',
    Title: 'Installing',
    Blob: text('Install the package with npm.\n\nNode.js 20 or later is required. Older versions are refused.'),
    ContentType: 'PLAIN_TEXT',
  },
  {
    Id: 'config',
    Title: 'Configuration',
    Blob: text('# Settings\n\nA timeout is given in **milliseconds**. See [the list](https://example.com/list).'),
    ContentType: 'MD',
    Attributes: [
      { Key: 'team', Value: { StringValue: 'core' } },
      { Key: '_source_uri', Value: { StringValue: 'https://example.com/config' } },
    ],
  },
  {
    Id: 'errors',
    Title: 'Errors',
    Blob: text('<h1>Errors</h1><p>A call that takes longer than its timeout fails &amp; is retried.</p><script>timeout()</script>'),
    ContentType: 'HTML',
    Attributes: [{ Key: 'level', Value: { LongValue: 3 } }],
  },
];

async function filled(options: ServiceOptions = {}): Promise<KendraClient> {
  const { kendra } = await startKendra(options);
  await kendra.send(new BatchPutDocumentCommand({ IndexId, Documents }));
  return kendra;
}

describe('Query', () => {
  it('answers with documents, their best passage and the words of the question marked', async () => {
    const kendra = await filled();
    const {
      ResultItems = [],
      TotalNumberOfResults,
      QueryId,
    } = await kendra.send(new QueryCommand({ IndexId, QueryText: 'Which version of Node.js is required?' }));
    expect(TotalNumberOfResults).toBe(1);
    expect(QueryId).toMatch(/^[0-9a-f-]{36}$/);
    const [item] = ResultItems;
    expect(item).toMatchObject({
      Type: 'DOCUMENT',
      Format: 'TEXT',
      DocumentId: 'install',
      DocumentTitle: { Text: 'Installing', Highlights: [] },
    });
    const { Text = '', Highlights = [] } = item?.DocumentExcerpt ?? {};
    expect(Text).toContain('Node.js 20 or later is required.');
    expect(Highlights.map(({ BeginOffset, EndOffset }) => Text.slice(BeginOffset, EndOffset))).toEqual(['Node.js', 'required', 'versions']);
    expect(Highlights[0]).toMatchObject({ TopAnswer: false, Type: 'STANDARD' });
    expect(item?.ScoreAttributes).toEqual({ ScoreConfidence: 'VERY_HIGH' });
  });

  it('ranks by the words that tell, not by those that ask', async () => {
    const kendra = await filled();
    const { ResultItems = [] } = await kendra.send(
      new QueryCommand({ IndexId, QueryText: 'What is a timeout and how do I set it in milliseconds?' }),
    );
    expect(ResultItems.map(({ DocumentId }) => DocumentId)).toEqual(['config', 'errors']);
    expect(ResultItems[0]?.DocumentURI).toBe('https://example.com/config');
    expect(ResultItems[0]?.DocumentExcerpt?.Text).toBe('Settings\n\nA timeout is given in milliseconds. See the list.');
  });

  it('has pages', async () => {
    const kendra = await filled();
    const page = async (PageNumber: number): Promise<unknown> => {
      const { ResultItems = [], TotalNumberOfResults } = await kendra.send(
        new QueryCommand({ IndexId, QueryText: 'timeout', PageNumber, PageSize: 1 }),
      );
      return [ResultItems.map(({ DocumentId }) => DocumentId), TotalNumberOfResults];
    };
    expect([await page(1), await page(2), await page(3)]).toEqual([
      [['config'], 2],
      [['errors'], 2],
      [[], 2],
    ]);
  });

  it('filters by attributes', async () => {
    const kendra = await filled();
    const found = async (AttributeFilter: object): Promise<unknown> =>
      (await kendra.send(new QueryCommand({ IndexId, QueryText: 'timeout', AttributeFilter }))).ResultItems?.map(
        ({ DocumentId }) => DocumentId,
      );
    const core = { EqualsTo: { Key: 'team', Value: { StringValue: 'core' } } };
    expect(await found(core)).toEqual(['config']);
    expect(await found({ NotFilter: core })).toEqual(['errors']);
    expect(await found({ OrAllFilters: [core, { GreaterThan: { Key: 'level', Value: { LongValue: 2 } } }] })).toEqual(['config', 'errors']);
    await expect(found({})).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'AttributeFilter cannot have 0 operators. It must have one and only one.',
    });
  });

  it('finds no ANSWER, since that takes a model', async () => {
    const kendra = await filled();
    const { ResultItems } = await kendra.send(new QueryCommand({ IndexId, QueryText: 'timeout', QueryResultTypeFilter: 'ANSWER' }));
    expect(ResultItems).toEqual([]);
  });

  it('refuses what would change the results and is not served', async () => {
    const kendra = await filled();
    const facets = new QueryCommand({ IndexId, QueryText: 'timeout', Facets: [{ DocumentAttributeKey: 'team' }] });
    const name = 'ValidationException';
    await expect(kendra.send(facets)).rejects.toMatchObject({ name, message: 'The local stage does not serve Facets.' });
    const asUser = new RetrieveCommand({ IndexId, QueryText: 'timeout', UserContext: { UserId: 'ada' } });
    await expect(kendra.send(asUser)).rejects.toMatchObject({ name, message: 'The local stage does not serve UserContext.' });
  });
});

describe('Retrieve', () => {
  it('answers with passages', async () => {
    const kendra = await filled();
    const { ResultItems = [] } = await kendra.send(new RetrieveCommand({ IndexId, QueryText: 'retry after a timeout' }));
    expect(ResultItems[0]).toMatchObject({
      DocumentId: 'errors',
      DocumentTitle: 'Errors',
      Content: expect.stringContaining('A call that takes longer than its timeout fails & is retried.'),
      ScoreAttributes: { ScoreConfidence: 'VERY_HIGH' },
    });
    expect(ResultItems[0]?.Content).not.toContain('timeout()');
  });
});

describe('documents', () => {
  it('are replaced and deleted, and have a status', async () => {
    const kendra = await filled();
    await kendra.send(
      new BatchPutDocumentCommand({ IndexId, Documents: [{ Id: 'config', Title: 'Configuration', Blob: text('Nothing to set.') }] }),
    );
    await kendra.send(new BatchDeleteDocumentCommand({ IndexId, DocumentIdList: ['errors', 'never'] }));
    const { TotalNumberOfResults } = await kendra.send(new QueryCommand({ IndexId, QueryText: 'timeout' }));
    expect(TotalNumberOfResults).toBe(0);
    const { DocumentStatusList } = await kendra.send(
      new BatchGetDocumentStatusCommand({ IndexId, DocumentInfoList: [{ DocumentId: 'config' }, { DocumentId: 'errors' }] }),
    );
    expect(DocumentStatusList).toEqual([
      { DocumentId: 'config', DocumentStatus: 'INDEXED' },
      { DocumentId: 'errors', DocumentStatus: 'NOT_FOUND' },
    ]);
  });

  it('that cannot be read are told beside those that can', async () => {
    const { kendra } = await startKendra();
    const documents: Document[] = [
      { Id: 'good', Blob: text('good words') },
      { Id: 'pdf', Blob: text('%PDF-1.7'), ContentType: 'PDF' },
      { Id: 'far', S3Path: { Bucket: 'bucket', Key: 'key' } },
    ];
    const { FailedDocuments = [] } = await kendra.send(new BatchPutDocumentCommand({ IndexId, Documents: documents }));
    expect(FailedDocuments.map(({ Id, ErrorCode }) => [Id, ErrorCode])).toEqual([
      ['pdf', 'InvalidRequest'],
      ['far', 'InvalidRequest'],
    ]);
    expect((await kendra.send(new QueryCommand({ IndexId, QueryText: 'words' }))).TotalNumberOfResults).toBe(1);
  });

  it('come in batches of at most ten', async () => {
    const { kendra } = await startKendra();
    const eleven = Array.from({ length: 11 }, (_, n) => ({ Id: `${n}`, Blob: text('x') }));
    await expect(kendra.send(new BatchPutDocumentCommand({ IndexId, Documents: eleven }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 10'),
    });
  });

  it('are kept in the data folder', async () => {
    const dataDir = await temporaryFolder();
    const first = await startKendra({ dataDir });
    await first.kendra.send(new BatchPutDocumentCommand({ IndexId, Documents }));
    await first.kendra.send(new BatchDeleteDocumentCommand({ IndexId, DocumentIdList: ['errors'] }));
    await first.close();
    const { kendra } = await startKendra({ dataDir });
    const { ResultItems = [] } = await kendra.send(new QueryCommand({ IndexId, QueryText: 'timeout' }));
    expect(ResultItems.map(({ DocumentId }) => DocumentId)).toEqual(['config']);
  });
});

describe('an index', () => {
  it('is described and listed', async () => {
    const kendra = await filled();
    expect(await kendra.send(new DescribeIndexCommand({ Id: IndexId }))).toMatchObject({
      Id: IndexId,
      Name: 'help',
      Status: 'ACTIVE',
      CreatedAt: expect.any(Date),
      IndexStatistics: { TextDocumentStatistics: { IndexedTextDocumentsCount: 3 } },
    });
    const listed = [];
    for await (const page of paginateListIndices({ client: kendra }, {})) listed.push(...(page.IndexConfigurationSummaryItems ?? []));
    expect(listed).toMatchObject([{ Id: IndexId, Name: 'help', Status: 'ACTIVE' }]);
  });

  it('that is missing is ResourceNotFoundException', async () => {
    const { kendra } = await startKendra();
    const command = new QueryCommand({ IndexId: '99999999-2222-4333-8444-555555555555', QueryText: 'a' });
    await expect(kendra.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } });
  });
});

describe('a call', () => {
  it('is a question to IAM about the index', async () => {
    const asked: AuthorizationRequest[] = [];
    const { kendra } = await startKendra({
      authorize: (request) => {
        asked.push(request);
        return { allowed: request.action !== 'kendra:Query' };
      },
    });
    await kendra.send(new ListIndicesCommand({}));
    await kendra.send(new BatchPutDocumentCommand({ IndexId, Documents: [{ Id: '1', Blob: text('a') }] }));
    await expect(kendra.send(new QueryCommand({ IndexId, QueryText: 'a' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: kendra:Query on resource: arn:aws:kendra:eu-west-1:123456789012:index/11111111',
      ),
    });
    expect(asked.map(({ action, resource: arn }) => [action, arn])).toEqual([
      ['kendra:ListIndices', '*'],
      ['kendra:BatchPutDocument', `arn:aws:kendra:eu-west-1:123456789012:index/${IndexId}`],
      ['kendra:Query', `arn:aws:kendra:eu-west-1:123456789012:index/${IndexId}`],
    ]);
  });

  it('is throttled as a fault says', async () => {
    const { kendra } = await startKendra({ faults: ({ action }) => (action === 'kendra:Query' ? 'throttle' : undefined) });
    await expect(kendra.send(new QueryCommand({ IndexId, QueryText: 'a' }))).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
