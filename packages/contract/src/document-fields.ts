/**
 * What ids and folders of documents look like, for every service that names one: a pattern and what to say when it does not fit. Patterns
 * and no schemas: the declarations that applications compile against name no type of zod.
 */

/** A document's id: chosen by the server, or by the caller on import so that importing twice changes nothing. */
export const DOCUMENT_ID: readonly [RegExp, string] = [
  /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
  'expected 1 to 128 of letters, digits, and . _ @ -, starting with a letter or digit',
];

/** A folder's name. */
export const FOLDER: readonly [RegExp, string] = [
  /^[A-Za-z0-9@][A-Za-z0-9._@-]{0,63}$/,
  'expected 1 to 64 of letters, digits, and . _ @ -',
];
