/** What the operations on knowledge bases work on. */
import type { DocumentStore } from '../text-index/document-store.js';

/** The value of a metadata attribute. */
export type MetadataValue = string | number | boolean | readonly string[];

export interface KnowledgeBaseDocument {
  readonly id: string;
  /** Of its metadata; empty without. */
  readonly title: string;
  readonly text: string;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly updatedAtMs: number;
}

/** A knowledge base with one custom data source. */
export interface KnowledgeBase {
  readonly id: string;
  readonly dataSourceId: string;
  readonly documents: DocumentStore<KnowledgeBaseDocument>;
}
