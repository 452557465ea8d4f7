/** The shapes the page shows, read off the contract. */

import type { documents, files } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';

export type Change = OutputOf<typeof documents.procedures.changes>;
export type Summary = Change['document'];
export type Document = OutputOf<typeof documents.procedures.get>;
export type FileInfo = OutputOf<typeof files.procedures.list>['items'][number];
