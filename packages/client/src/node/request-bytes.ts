/**
 * Writes a request as it is sent: head and body of HTTP/1.1 in one piece. https://www.rfc-editor.org/rfc/rfc9112#section-3
 */

/** A request of a method and fields that have been checked by nobody yet. */
export interface Outgoing {
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  readonly method: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array | undefined;
}

/** A request for a server. */
export interface Written {
  /** `https://example.com:8443` */
  readonly origin: string;
  /** A text of UTF-8, or bytes. */
  readonly bytes: string | Uint8Array;
}

const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;
/** What may stand in a value, and its part that is the same in ASCII, Latin-1 and UTF-8. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const ASCII_VALUE = /^[\t\x20-\x7e]*$/;
/** An origin as URL writes it, then a target that it would leave as it is: nothing to be encoded, no segment that begins with a dot. */
const PLAIN_URL = /^(https?:\/\/[a-z\d.:[\]-]+)(\/(?!\.)(?:[!$-.0-;=?-[\]_a-z~]|\/(?!\.))*)$/;

/** What `fetch` sends too; some firewalls refuse a request without a `user-agent`. */
const OWN_FIELDS: readonly (readonly [string, string])[] = [
  ['connection', 'keep-alive'],
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, deflate, br'],
  ['user-agent', 'node'],
];

/** @throws TypeError for a URL, a method or a field that HTTP does not allow; it repeats no value, which may be a secret */
export function writeRequest({ url, method, fields, body }: Outgoing): Written {
  if (!TOKEN.test(method)) throw new TypeError(`method is ${JSON.stringify(method)}, expected a token such as POST`);
  const { origin, target } = partsOf(url);
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${origin.slice(origin.indexOf('/') + 2)}\r\n`;
  const names = new Set<string>();
  let isAscii = true;
  for (const [name, value] of fields) {
    if (!TOKEN.test(name)) throw new TypeError(`a header is called ${JSON.stringify(name)}, expected letters, digits and hyphens`);
    if (!ASCII_VALUE.test(value)) {
      if (!VALUE.test(value)) throw new TypeError(`header ${name} has characters that no header may have`);
      isAscii = false;
    }
    const key = name.toLowerCase();
    // Whose they are is decided here.
    if (key === 'host' || key === 'content-length' || key === 'connection' || key === 'transfer-encoding') continue;
    names.add(key);
    head += `${name}: ${value}\r\n`;
  }
  for (const [name, value] of OWN_FIELDS) if (!names.has(name)) head += `${name}: ${value}\r\n`;
  if (body !== undefined || /^P(?:OS|U|ATCH)/.test(method)) head += `content-length: ${body ? Buffer.byteLength(body) : 0}\r\n`;
  head += '\r\n';
  if (isAscii && typeof body !== 'object') return { origin, bytes: head + (body ?? '') };
  return { origin, bytes: Buffer.concat([Buffer.from(head, 'latin1'), typeof body === 'object' ? body : Buffer.from(body ?? '')]) };
}

function partsOf(url: string): { readonly origin: string; readonly target: string } {
  const plain = PLAIN_URL.exec(url);
  if (plain) return { origin: plain[1] as string, target: plain[2] as string };
  const { protocol, origin, pathname, search, username } = new URL(url);
  if ((protocol !== 'http:' && protocol !== 'https:') || username)
    throw new TypeError(`URL begins with ${protocol}, expected http: or https: and no credentials`);
  return { origin, target: pathname + search };
}

/** What a redirect makes of a request, as `fetch` has it: https://fetch.spec.whatwg.org/#http-redirect-fetch */
export function redirected(outgoing: Outgoing, status: number, location: string): Outgoing {
  const url = new URL(location, outgoing.url);
  const { method } = outgoing;
  const becomesGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST';
  const isElsewhere = url.origin !== new URL(outgoing.url).origin;
  const dropped = [...(becomesGet ? OF_A_BODY : []), ...(isElsewhere ? OF_THE_CALLER : [])];
  return {
    url: url.href,
    method: becomesGet ? 'GET' : method,
    fields: outgoing.fields.filter(([name]) => !dropped.includes(name.toLowerCase())),
    body: becomesGet ? undefined : outgoing.body,
  };
}

const OF_A_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];
const OF_THE_CALLER = ['authorization', 'proxy-authorization', 'cookie', 'host'];
