/**
 * Which bodies are binary: the API's `BinaryMediaTypes` against a `Content-Type` or `Accept` header.
 * Entries may be the all-wildcard or `image/*`; CloudFormation may write the slash as `~1`. Parameters (`; charset=…`) do not count.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
 */

/** The first media type of a header, lower-case and without parameters; `''` for none. */
export function firstMediaType(header: string | undefined): string {
  return (header ?? '').split(',')[0]?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** True when `mediaType` is one of the API's binary types. No media type is matched by the all-wildcard alone. */
export function isBinary(binaryMediaTypes: readonly string[], mediaType: string): boolean {
  return binaryMediaTypes.some((entry) => {
    const [type, subtype] = entry.replaceAll('~1', '/').toLowerCase().split('/');
    if (type === '*' && subtype === '*') return true;
    return subtype === '*' ? mediaType.startsWith(`${type}/`) : mediaType === `${type}/${subtype}`;
  });
}

/** Picks the entry of a map keyed by media type: the header's first type, else `application/json`, else the only or first entry. */
export function pickByMediaType<TValue>(
  entries: ReadonlyMap<string, TValue>,
  header: string | undefined,
): { mediaType: string; value: TValue } | undefined {
  for (const mediaType of [firstMediaType(header), 'application/json', ...entries.keys()]) {
    const value = entries.get(mediaType);
    if (value !== undefined) return { mediaType, value };
  }
  return undefined;
}
