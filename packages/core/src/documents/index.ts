/** Documents made from a contract at build time. Never in a Lambda's or a client's import graph: the generator alone weighs over 1 MB. */

// For teams that write a contract.
export { checkContract } from './check-contract.js';
// For tools that read the document.
export type { JsonSchema } from './json-schema.js';
export { type OpenApiOptions, openApiDocument } from './openapi.js';
export type {
  OpenApiDocument,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiReference,
  OpenApiResponse,
} from './openapi-document.js';
