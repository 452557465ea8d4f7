/**
 * Reads the `statusCode` out of a MOCK integration's rendered request template. API Gateway parses it leniently: CDK writes
 * `{ statusCode: 200 }`, with an unquoted key, for every CORS preflight. Single quotes and trailing commas pass too.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)'|([A-Za-z_$][\w$]*)(?=\s*:)|(,)(?=\s*[}\]])|([{}[\]:,])|([^\s{}[\]:,"']+))/y;

/** The status, `undefined` when the text has no whole-number `statusCode`. */
export function mockStatus(text: string): number | undefined {
  const json = strictJson(text);
  if (json === undefined) return undefined;
  try {
    const status: unknown = (JSON.parse(json) as { statusCode?: unknown } | null)?.statusCode;
    return Number.isInteger(status) ? (status as number) : undefined;
  } catch {
    return undefined;
  }
}

/** Quotes what is unquoted and drops trailing commas; `undefined` for a text that has no tokens. */
function strictJson(text: string): string | undefined {
  let json = '';
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    const [, double, single, key, trailingComma, sign, word] = found;
    if (trailingComma) continue;
    json += double ?? (single === undefined ? undefined : JSON.stringify(single)) ?? (key ? JSON.stringify(key) : (sign ?? word ?? ''));
  }
  return json;
}
