/** What the operations of Kendra work on: an index with its documents. */
import type { DocumentStore } from '../text-index/document-store.js';
import type { Attributes } from './attributes.js';

export interface KendraDocument {
  readonly id: string;
  readonly title: string;
  /** As readers see it, whatever format it came in. */
  readonly text: string;
  readonly attributes: Attributes;
  readonly updatedAtMs: number;
}

export interface KendraIndex {
  readonly id: string;
  readonly name: string;
  readonly edition: string;
  readonly createdAtMs: number;
  readonly documents: DocumentStore<KendraDocument>;
}
