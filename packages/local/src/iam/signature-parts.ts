/**
 * Reads where a request carries its SigV4 signature: the `Authorization` header or the query of a presigned URL. Nothing is
 * verified here; the endpoint also uses it to learn which service a request is for.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
import type { SignedRequest } from '../parts.js';
import { readQuery, splitUrl } from '../wire/uri-encoding.js';

/** The signature of a request as declared, and the scope it claims. */
export interface SignatureParts {
  readonly presigned: boolean;
  readonly accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Only of presigned URLs: how long they hold, from the timestamp on. */
  readonly expiresSeconds?: number;
}

/** No signature at all, or one that lacks something. */
export type SignatureReading =
  | { readonly kind: 'signed'; readonly parts: SignatureParts }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'incomplete'; readonly message: string; readonly presigned: boolean };

/** Reads the declared signature of a request. */
export function readSignature(request: Pick<SignedRequest, 'url' | 'headers'>): SignatureReading {
  const header = request.headers.authorization;
  if (typeof header === 'string' && header !== '') return readHeader(header, request.headers);
  const query = new Map(readQuery(splitUrl(request.url).query));
  return query.has('X-Amz-Algorithm') || query.has('X-Amz-Credential') ? readPresigned(query) : { kind: 'unsigned' };
}

function readHeader(header: string, headers: SignedRequest['headers']): SignatureReading {
  const algorithm = header.trim().split(/\s/, 1)[0]!;
  if (!algorithm.startsWith('AWS4-')) return { kind: 'unsigned' };
  const incomplete = (message: string): SignatureReading => ({ kind: 'incomplete', message, presigned: false });
  if (algorithm !== 'AWS4-HMAC-SHA256') return incomplete(`Unsupported AWS 'algorithm': '${algorithm}' (only AWS4-HMAC-SHA256 for now). `);
  const fields = headerFields(header.trim().slice(algorithm.length));
  const timestamp = single(headers['x-amz-date']) ?? basicDate(single(headers.date));
  const problems = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (!timestamp) problems.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  if (problems.length > 0) return incomplete(`${problems.join('')}Authorization=${header}`);
  return assemble({
    presigned: false,
    credential: fields.get('Credential')!,
    signedHeaders: fields.get('SignedHeaders')!,
    signature: fields.get('Signature')!,
    timestamp: timestamp!,
    sessionToken: single(headers['x-amz-security-token']),
  });
}

function headerFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((pair) => {
      const [name = '', value = ''] = pair.trim().split('=', 2);
      return [name, value];
    }),
  );
}

function readPresigned(query: ReadonlyMap<string, string>): SignatureReading {
  const needed = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature'];
  const missing = needed.filter((name) => !query.get(name));
  if (missing.length > 0) {
    const message = missing.map((name) => `AWS query-string parameters must include '${name}'. `).join('');
    return { kind: 'incomplete', message: `${message}Re-examine the query-string parameters.`, presigned: true };
  }
  const algorithm = query.get('X-Amz-Algorithm')!;
  const expires = query.get('X-Amz-Expires');
  const problem =
    algorithm !== 'AWS4-HMAC-SHA256'
      ? 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'
      : expires === undefined
        ? undefined
        : expiryProblem(expires);
  if (problem) return { kind: 'incomplete', message: problem, presigned: true };
  return assemble({
    presigned: true,
    credential: query.get('X-Amz-Credential')!,
    signedHeaders: query.get('X-Amz-SignedHeaders')!,
    signature: query.get('X-Amz-Signature')!,
    timestamp: query.get('X-Amz-Date')!,
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresSeconds: expires === undefined ? undefined : Number(expires),
  });
}

/** A presigned URL holds for a week at most. */
function expiryProblem(expires: string): string | undefined {
  if (!/^-?\d+$/.test(expires)) return 'X-Amz-Expires should be a number';
  if (Number(expires) < 0) return 'X-Amz-Expires must be non-negative';
  if (Number(expires) <= 604_800) return undefined;
  return 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds';
}

interface RawParts {
  readonly presigned: boolean;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  readonly expiresSeconds?: number | undefined;
}

function assemble(raw: RawParts): SignatureReading {
  const scope = raw.credential.split('/');
  const incomplete = (message: string): SignatureReading => ({ kind: 'incomplete', message, presigned: raw.presigned });
  if (scope.length !== 5 || scope[4] !== 'aws4_request') {
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '${raw.credential}'`,
    );
  }
  if (!/^\d{8}T\d{6}Z$/.test(raw.timestamp)) return incomplete(`Date must be in ISO-8601 'basic format'. Got '${raw.timestamp}'.`);
  const [accessKeyId, scopeDate, region, service] = scope as [string, string, string, string, string];
  return {
    kind: 'signed',
    parts: {
      presigned: raw.presigned,
      accessKeyId,
      scopeDate,
      region,
      service,
      signedHeaders: raw.signedHeaders.toLowerCase().split(';'),
      signature: raw.signature,
      timestamp: raw.timestamp,
      ...(raw.sessionToken !== undefined && { sessionToken: raw.sessionToken }),
      ...(raw.expiresSeconds !== undefined && { expiresSeconds: raw.expiresSeconds }),
    },
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** An HTTP date as SigV4's basic form; a date that is basic already stays. */
function basicDate(date: string | undefined): string | undefined {
  if (date === undefined || /^\d{8}T\d{6}Z$/.test(date)) return date;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}
