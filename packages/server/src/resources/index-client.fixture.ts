/** An index's client on the real OpenSearch transport, its far end, and answers written from OpenSearch's documentation. */

import { afterEach, beforeEach } from 'vitest';
import * as z from 'zod';
import { searchIndex } from '../service/search-index.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { type AnyIndexClient, createIndexClient } from './index-client.js';

const Documents = searchIndex('DocumentsIndex', {
  document: () =>
    z.object({ title: z.string(), body: z.string(), folder: z.string(), bytes: z.number().optional(), draft: z.boolean().optional() }),
  fields: {
    title: { type: 'text', boost: 3 },
    body: { type: 'text' },
    folder: { type: 'keyword' },
    bytes: { type: 'number' },
    draft: { type: 'boolean' },
  },
});
const grant = Documents.allow('search', 'get', 'write', 'ensure', 'drop');

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

interface ClientOptions {
  /** Of the domain. */
  readonly path?: string;
  readonly deadlineMs?: number;
  readonly credentials?: () => Promise<typeof KEYS>;
}

/** The far end of a client, new for each test. */
export interface FarEnd {
  recorder: HttpRecorder;
  /** What it answers; a test sets it. */
  answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
  documents(options?: ClientOptions): AnyIndexClient;
  /** JSON of a request. */
  sentBody(place?: number): unknown;
}

/** Registers the hooks that start and end it. */
export function useFarEnd(): FarEnd {
  const far: FarEnd = {
    recorder: undefined as never,
    answer: () => json(500, {}),
    documents: ({ path = '', credentials = async () => KEYS, deadlineMs }: ClientOptions = {}) =>
      createIndexClient({
        grant,
        location: `${far.recorder.origin}${path}`,
        region: 'eu-west-1',
        credentials,
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      }),
    sentBody: (place = 0): unknown => JSON.parse(far.recorder.requests[place]?.body.toString() ?? 'null'),
  };
  beforeEach(async () => {
    far.recorder = await startRecorder((request) => far.answer(request));
  });
  afterEach(() => far.recorder.close());
  return far;
}

export const json = (status: number, body: unknown): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(body),
});

export const errorAnswer = (status: number, type: string): RecordedAnswer =>
  json(status, { error: { root_cause: [], type, reason: 'no such thing: secret text' }, status });
