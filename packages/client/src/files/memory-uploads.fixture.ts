/**
 * A bucket on port 0 that takes PUTs with their checksum, as S3 does, and the procedures of a service over it. A test breaks connections,
 * corrupts bytes, and reads what arrived.
 */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '@org/gateway-core/errors';
import type { UploadService } from './upload-options.js';

const PART_BYTES = 2 * 1_048_576;

/** What a test does to a PUT: let it through, break the connection, change what arrived, or answer with a status. */
export type Treatment = 'take' | 'reset' | 'corrupt' | number;

export interface MemoryUploads {
  readonly service: UploadService;
  /** Paths of the PUTs, in the order of their arrival. */
  readonly puts: string[];
  /** Names of the procedures that were called, in order. */
  readonly calls: string[];
  /** Whole files by key. */
  readonly files: Map<string, Buffer>;
  /** Parts that arrived, of uploads under way. */
  readonly parts: Map<string, Map<number, Buffer>>;
  treat(put: (path: string) => Treatment): void;
  /** Runs before every call of a procedure. */
  before(run: (procedure: string) => void): void;
  close(): Promise<void>;
}

interface Asked {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');
const missing = (name: string, key: string) =>
  new GatewayError('NOT_FOUND', 'gone', { path: `files.${name}`, error: 'NOT_FOUND', data: { key } });

/** Nothing has been uploaded. */
export async function memoryUploads(): Promise<MemoryUploads> {
  const [puts, calls]: [string[], string[]] = [[], []];
  const files = new Map<string, Buffer>();
  const parts = new Map<string, Map<number, Buffer>>();
  const asked = new Map<string, Asked>();
  let treat: (path: string) => Treatment = () => 'take';
  let before: (procedure: string) => void = () => undefined;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    puts.push(path);
    const treatment = treat(path);
    if (treatment === 'reset') return void request.socket.resetAndDestroy();
    const body = await buffer(request);
    if (treatment === 'corrupt') body[0] = (body[0] ?? 0) ^ 1;
    const answer = (status: number, code = 'AccessDenied') =>
      response.writeHead(status).end(status === 200 ? '' : `<Error><Code>${code}</Code></Error>`);
    if (typeof treatment === 'number') return answer(treatment);
    if (request.headers['x-amz-checksum-sha256'] !== sha256(body)) return answer(400, 'BadDigest');
    const [, key = '', part] = path.split('/');
    if (part === undefined) files.set(key, body);
    else parts.get(key)?.set(Number(part), body);
    return answer(200);
  };
  // A client that hangs up is one of the tests.
  const server = createServer((request, response) => void take(request, response).catch(() => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const procedure = <TName extends string, TRun>(name: TName, run: TRun): TRun => {
    const called = (...own: unknown[]) => {
      calls.push(name);
      before(name);
      return (run as (...own: unknown[]) => unknown)(...own);
    };
    return (async (...own: unknown[]) => called(...own)) as TRun;
  };
  const info = (key: string) => {
    const body = files.get(key);
    if (body === undefined) throw missing('uploaded', key);
    return {
      key,
      name: asked.get(key)?.name ?? '',
      contentType: asked.get(key)?.contentType ?? '',
      bytes: body.length,
      uploadedAtMs: 1_700_000_000_123,
    };
  };
  const expiresAtMs = 1_700_000_600_123;
  const service = {
    upload: {
      path: 'files.upload',
      mutate: procedure('upload', async (about: Asked & { readonly sha256?: string }) => {
        const key = `k${asked.size + 1}`;
        asked.set(key, about);
        return {
          key,
          url: `${origin}/${key}`,
          headers: { 'x-amz-checksum-sha256': about.sha256 ?? '', 'content-length': '1' },
          expiresAtMs,
        };
      }),
    },
    uploaded: { path: 'files.uploaded', mutate: procedure('uploaded', async ({ key }: { key: string }) => info(key)) },
    beginUpload: {
      path: 'files.beginUpload',
      mutate: procedure('beginUpload', async (about: Asked) => {
        const key = `k${asked.size + 1}`;
        asked.set(key, about);
        parts.set(key, new Map());
        return { key, partBytes: PART_BYTES, parts: Math.ceil(about.bytes / PART_BYTES) };
      }),
    },
    signParts: {
      path: 'files.signParts',
      query: procedure(
        'signParts',
        async ({ key, part, sha256: sums = [] }: { key: string; part: number[]; sha256?: string[] | undefined }) => {
          if (!parts.has(key)) throw missing('signParts', key);
          const total = asked.get(key)?.bytes ?? 0;
          const signed = part.map((number, at) => ({
            part: number,
            bytes: Math.min(PART_BYTES, total - (number - 1) * PART_BYTES),
            url: `${origin}/${key}/${number}`,
            headers: { 'x-amz-checksum-sha256': sums[at] ?? '' },
            expiresAtMs,
          }));
          return { parts: signed };
        },
      ),
    },
    listParts: {
      path: 'files.listParts',
      query: procedure('listParts', async ({ key }: { key: string }) => {
        const arrived = parts.get(key);
        if (arrived === undefined) throw missing('listParts', key);
        const count = Math.ceil((asked.get(key)?.bytes ?? 0) / PART_BYTES);
        const numbers = [...arrived.keys()].sort();
        return {
          partBytes: PART_BYTES,
          parts: count,
          arrived: numbers,
          missing: Array.from({ length: count }, (_, at) => at + 1).filter((number) => !arrived.has(number)),
          sha256: numbers.map((number) => sha256(arrived.get(number) as Buffer)),
        };
      }),
    },
    completeUpload: {
      path: 'files.completeUpload',
      mutate: procedure('completeUpload', async ({ key }: { key: string }) => {
        const arrived = parts.get(key);
        if (arrived) files.set(key, Buffer.concat([...arrived].sort(([one], [other]) => one - other).map(([, body]) => body)));
        parts.delete(key);
        if (!files.has(key)) throw missing('completeUpload', key);
        return info(key);
      }),
    },
    abortUpload: {
      path: 'files.abortUpload',
      mutate: procedure('abortUpload', async ({ key }: { key: string }) => {
        parts.delete(key);
        files.delete(key);
        return { key };
      }),
    },
  } as unknown as UploadService;
  return {
    service,
    puts,
    calls,
    files,
    parts,
    treat: (put) => {
      treat = put;
    },
    before: (run) => {
      before = run;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
