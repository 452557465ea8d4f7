/**
 * Headers of every answer, a function's and API Gateway's own: an answer is data, whatever a browser is made to take it for. None has a say
 * over pages that fetch it. https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  /** A document is never found in it. */
  'x-content-type-options': 'nosniff',
  /** Opened as a page, it loads nothing, runs nothing, and is framed nowhere. */
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  /** Two years; a browser passes it over where the answer came by plain http, as on the local stage (RFC 6797, 8.1). */
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  /** Ids in its URL are told to nobody. */
  'referrer-policy': 'no-referrer',
};
