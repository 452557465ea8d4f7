/**
 * Percent-encoding as SigV4 wants it: everything but the unreserved characters of RFC 3986.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

/** With the `u` flag a surrogate matches only when it stands alone. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** Encodes all but `A-Z a-z 0-9 - _ . ~`. Lone surrogates become U+FFFD instead of throwing. */
export function encodeUri(text: string): string {
  return encodeURIComponent(text.replace(LONE_SURROGATE, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same, leaving `/` alone. */
export function encodeUriPath(path: string): string {
  return path.split('/').map(encodeUri).join('/');
}

/** Decodes; text that is not valid percent-encoded UTF-8 comes back as it is. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Path and raw query of a request target. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Decoded name/value pairs of a raw query in order; a name without `=` has the value `''`. */
export function readQuery(query: string): readonly (readonly [name: string, value: string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const mark = pair.indexOf('=');
      const name = mark < 0 ? pair : pair.slice(0, mark);
      return [decodeUri(name.replaceAll('+', ' ')), decodeUri((mark < 0 ? '' : pair.slice(mark + 1)).replaceAll('+', ' '))] as const;
    });
}
