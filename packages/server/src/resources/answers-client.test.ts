/** Both providers on their real SDK clients, against answers written from AWS's API references. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answers } from '../service/answers.js';
import { createAnswersClient } from './answers-client.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';

const Help = answers('Help');

let recorder: HttpRecorder;
let answer: (request: RecordedRequest) => RecordedAnswer;
beforeEach(async () => {
  recorder = await startRecorder((request) => answer(request));
});
afterEach(() => recorder.close());

const help = (location: string) =>
  createAnswersClient({
    grant: Help.allow('ask', 'put', 'remove'),
    location,
    region: 'eu-west-1',
    endpoint: recorder.origin,
    credentials: async () => TEST_CREDENTIALS,
  });
const kendra = () => help('kendra:index-1');
const knowledgeBase = () => help('knowledge-base:KB12345678:DS12345678');

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const sentBody = (place = 0): Record<string, unknown> => JSON.parse(recorder.requests[place]?.body.toString() ?? 'null');
const document = (id: string, text = 'text') => ({ id, title: `Title ${id}`, text });
const documents = (count: number, text?: string) => Array.from({ length: count }, (_, n) => document(`d${n}`, text));

describe('Kendra', () => {
  const item = {
    Id: 'q1-a1',
    Type: 'ANSWER',
    DocumentId: 'zod@4.6.7',
    DocumentTitle: { Text: 'Zod', Highlights: [] },
    DocumentExcerpt: {
      Text: 'Zod validates data at run time.',
      Highlights: [
        { BeginOffset: 4, EndOffset: 13, TopAnswer: true, Type: 'STANDARD' },
        { BeginOffset: 22, EndOffset: 99, TopAnswer: false, Type: 'STANDARD' },
      ],
    },
    ScoreAttributes: { ScoreConfidence: 'VERY_HIGH' },
  };

  test('asks the index, and gives excerpts with highlights inside of them and confidence', async () => {
    answer = () => json(200, { QueryId: 'q1', TotalNumberOfResults: 1, ResultItems: [item] });
    expect(await kendra().ask('what does zod do?')).toEqual([
      {
        documentId: 'zod@4.6.7',
        title: 'Zod',
        excerpt: 'Zod validates data at run time.',
        highlights: [
          { begin: 4, end: 13 },
          { begin: 22, end: 31 },
        ],
        confidence: 'very-high',
      },
    ]);
    expect(recorder.requests).toMatchObject([{ method: 'POST', path: '/', headers: { 'x-amz-target': 'AWSKendraFrontendService.Query' } }]);
    expect(sentBody()).toEqual({ IndexId: 'index-1', QueryText: 'what does zod do?', PageSize: 5 });
  });

  test('leaves out what has no excerpt, and does not guess a confidence', async () => {
    const unsure = { DocumentId: 'a', DocumentExcerpt: { Text: 'x' }, ScoreAttributes: { ScoreConfidence: 'NOT_AVAILABLE' } };
    answer = () => json(200, { ResultItems: [{ ...item, DocumentExcerpt: undefined, TableExcerpt: { Rows: [] } }, unsure] });
    expect(await kendra().ask('x', { limit: 20 })).toEqual([
      { documentId: 'a', title: null, excerpt: 'x', highlights: [], confidence: null },
    ]);
  });

  test('puts plain text, ten documents a call', async () => {
    answer = () => json(200, { FailedDocuments: [] });
    await kendra().put(documents(11, 'grüße'));
    expect(recorder.requests.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'AWSKendraFrontendService.BatchPutDocument',
      'AWSKendraFrontendService.BatchPutDocument',
    ]);
    expect(sentBody(0).Documents).toHaveLength(10);
    expect(sentBody(1)).toEqual({
      IndexId: 'index-1',
      Documents: [{ Id: 'd10', Title: 'Title d10', Blob: 'Z3LDvMOfZQ==', ContentType: 'PLAIN_TEXT' }],
    });
  });

  test('rejects when a document was refused, behind the calls for the others', async () => {
    answer = () =>
      json(200, {
        FailedDocuments: recorder.requests.length === 1 ? [{ Id: 'd3', ErrorCode: 'InvalidRequest', ErrorMessage: 'private' }] : [],
      });
    await expect(kendra().put(documents(11))).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'kendra:BatchPutDocument on answers Help (kendra:index-1) failed: 1 documents were refused, first d3: InvalidRequest',
    });
    expect(recorder.requests).toHaveLength(2);
    answer = () => json(200, { FailedDocuments: [{ Id: 'd1', ErrorCode: 'InternalError', ErrorMessage: 'private' }] });
    await expect(kendra().put(documents(1))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('removes by id, ten a call, each once', async () => {
    answer = () => json(200, {});
    await kendra().remove(['a', 'b', 'a']);
    expect(sentBody()).toEqual({ IndexId: 'index-1', DocumentIdList: ['a', 'b'] });
    await kendra().remove(Array.from({ length: 11 }, (_, n) => `d${n}`));
    expect(recorder.requests).toHaveLength(3);
  });
});

describe('knowledge base', () => {
  test('retrieves passages, with the title of their document and no confidence', async () => {
    answer = () =>
      json(200, {
        retrievalResults: [
          {
            content: { type: 'TEXT', text: 'Zod validates.' },
            location: { type: 'CUSTOM', customDocumentLocation: { id: 'zod@4.6.7' } },
            score: 0.6,
            metadata: { title: 'Zod', 'x-amz-bedrock-kb-data-source-id': 'DS12345678' },
          },
          { content: { type: 'TEXT', text: 'from elsewhere' }, location: { type: 'S3', s3Location: { uri: 's3://b/k' } } },
        ],
      });
    expect(await knowledgeBase().ask('zod?', { limit: 3 })).toEqual([
      { documentId: 'zod@4.6.7', title: 'Zod', excerpt: 'Zod validates.', highlights: [], confidence: null },
    ]);
    expect(recorder.requests).toMatchObject([{ method: 'POST', path: '/knowledgebases/KB12345678/retrieve' }]);
    expect(sentBody()).toEqual({
      retrievalQuery: { text: 'zod?' },
      retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 3 } },
    });
  });

  test('ingests texts inline, with their title as metadata', async () => {
    answer = () => json(202, { documentDetails: [{ status: 'STARTING', identifier: { dataSourceType: 'CUSTOM', custom: { id: 'a' } } }] });
    await knowledgeBase().put([document('a', 'grüße')]);
    expect(recorder.requests).toMatchObject([{ method: 'PUT', path: '/knowledgebases/KB12345678/datasources/DS12345678/documents' }]);
    expect(sentBody().documents).toEqual([
      {
        content: {
          dataSourceType: 'CUSTOM',
          custom: {
            customDocumentIdentifier: { id: 'a' },
            sourceType: 'IN_LINE',
            inlineContent: { type: 'TEXT', textContent: { data: 'grüße' } },
          },
        },
        metadata: { type: 'IN_LINE_ATTRIBUTE', inlineAttributes: [{ key: 'title', value: { type: 'STRING', stringValue: 'Title a' } }] },
      },
    ]);
  });

  test('rejects when a document was refused', async () => {
    answer = () => json(202, { documentDetails: [{ status: 'FAILED', identifier: { custom: { id: 'a' } }, statusReason: 'private' }] });
    await expect(knowledgeBase().put([document('a')])).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(/failed: 1 documents were refused, first a: FAILED$/),
    });
  });

  test('removes by id, whether or not the documents exist', async () => {
    answer = () => json(202, { documentDetails: [{ status: 'NOT_FOUND' }, { status: 'DELETING' }] });
    await knowledgeBase().remove(['a', 'b']);
    expect(recorder.requests).toMatchObject([
      { method: 'POST', path: '/knowledgebases/KB12345678/datasources/DS12345678/documents/deleteDocuments' },
    ]);
    expect(sentBody().documentIdentifiers).toEqual([
      { dataSourceType: 'CUSTOM', custom: { id: 'a' } },
      { dataSourceType: 'CUSTOM', custom: { id: 'b' } },
    ]);
  });
});

describe('both', () => {
  test('a text of over 4,000,000 bytes is cut between two characters, and takes a call of its own', async () => {
    answer = () => json(200, {});
    await kendra().put([document('a'), document('b', `x${'ü'.repeat(2_000_000)}`), document('c')]);
    expect(recorder.requests).toHaveLength(3);
    const [sent] = sentBody(1).Documents as { Blob: string }[];
    const text = Buffer.from(sent?.Blob ?? '', 'base64').toString();
    expect(text).toBe(`x${'ü'.repeat(1_999_999)}`);
  });

  test('of two documents with one id the last one is put', async () => {
    answer = () => json(200, {});
    await kendra().put([document('a', 'old'), document('a', 'new')]);
    expect(sentBody().Documents).toMatchObject([{ Id: 'a', Blob: 'bmV3' }]);
  });

  test('refuses an empty or overlong question, a limit out of range, and bad ids; sends nothing', async () => {
    for (const question of ['', '  ', 'x'.repeat(1_001)])
      await expect(kendra().ask(question)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    for (const limit of [0, 21, 1.5]) await expect(kendra().ask('x', { limit })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    for (const id of ['', 'x'.repeat(129)]) {
      await expect(kendra().put([document(id)])).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
      await expect(kendra().remove([id])).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    }
    await kendra().put([]);
    await kendra().remove([]);
    expect(recorder.requests).toEqual([]);
  });

  test('one that is gone is FAILED_DEPENDENCY, and the log says which', async () => {
    answer = () => json(400, { message: 'no' }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    await expect(kendra().ask('x')).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] store of answers Help failed, and so did what needs it',
      cause: { message: 'kendra:Query on answers Help (kendra:index-1) failed: it does not exist' },
    });
    await expect(knowledgeBase().ask('x')).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
  });

  test('one that is busy is SERVICE_UNAVAILABLE: throttling after three attempts, another ingestion at once', async () => {
    answer = () => json(400, { message: 'no' }, { 'x-amzn-errortype': 'ThrottlingException' });
    await expect(kendra().ask('x')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(3);
    answer = () => json(409, { message: 'no' }, { 'x-amzn-errortype': 'ConflictException' });
    await expect(knowledgeBase().put([document('a')])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(4);
  });

  test('a denial names action, store and what to add to `uses`, in the log', async () => {
    answer = () => json(403, { message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' });
    await expect(knowledgeBase().put([document('a')])).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        "bedrock:IngestKnowledgeBaseDocuments on answers Help (knowledge-base:KB12345678:DS12345678) was denied: add 'put' to Help.allow(…) in the service's `uses` and deploy",
    });
  });

  test('a malformed location is known at cold start', () => {
    expect(() => help('kendra')).toThrow('[ENV] bad location of answers');
  });
});
