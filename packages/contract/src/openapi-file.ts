/**
 * `openapi.json`: the routes of this contract for clients that are not ours. The server is `/`, because where the API is deployed is not
 * the contract's business; an importer resolves it against the place the document came from.
 */

import { openApiDocument } from '@org/gateway-core/documents';
import { type GeneratedFile, jsonText } from './generated-file.js';
import { contract } from './index.js';

/** Raised by hand when the API changes for its callers. */
const VERSION = '1.0.0';

/** The document of the contract as it is now. */
export function openApiFile(): GeneratedFile {
  return {
    url: new URL('../openapi.json', import.meta.url),
    text: jsonText(openApiDocument(contract, { title: 'Gateway', version: VERSION, url: '/' })),
  };
}
