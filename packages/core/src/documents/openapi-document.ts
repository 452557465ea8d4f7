/**
 * The parts of an OpenAPI 3.1 document that ours has (https://spec.openapis.org/oas/v3.1.1). Types, no code: the document is plain JSON.
 */

import type { JsonSchema } from './json-schema.js';

/** A whole document. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, OpenApiResponse>>;
    readonly securitySchemes?: Readonly<Record<string, object>>;
  };
}

/** One route. */
export interface OpenApiOperation {
  /** `service.procedure`. */
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly deprecated?: boolean;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, OpenApiMedia>> };
  /** By status, and `default` for every failure that has no status of its own here. */
  readonly responses: Readonly<Record<string, OpenApiResponse | OpenApiReference>>;
}

/** A path, query or header parameter. */
export interface OpenApiParameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** The content of one media type; without a schema it is bytes. */
export interface OpenApiMedia {
  readonly schema?: JsonSchema;
}

/** An answer. */
export interface OpenApiResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, OpenApiMedia>>;
}

/** A part that stands under `components`. */
export interface OpenApiReference {
  readonly $ref: string;
}
