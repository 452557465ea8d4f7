/**
 * Uploads under way, as the page shows them.
 *
 *   sending --> finishing --> (gone: it is in the list of files)
 *      ^  \        |
 *      |   v       v
 *      +-- stopped -> (gone: cancelled)
 */

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly phase: 'sending' | 'finishing' | 'stopped';
  readonly sentBytes: number;
  /** Why it stopped. */
  readonly failure?: unknown;
  /** It stopped because the connection was lost, and goes on by itself once there is one again. */
  readonly waitsForNetwork?: boolean;
}

export type UploadAction =
  | { readonly type: 'began'; readonly id: string; readonly name: string; readonly bytes: number }
  | { readonly type: 'sent'; readonly id: string; readonly sentBytes: number }
  | { readonly type: 'resumed'; readonly id: string }
  | { readonly type: 'gone'; readonly id: string }
  | { readonly type: 'stopped'; readonly id: string; readonly failure: unknown; readonly waitsForNetwork: boolean };

/** The uploads after an action. */
export function reduceUploads(uploads: readonly Upload[], action: UploadAction): readonly Upload[] {
  switch (action.type) {
    case 'began':
      return [...uploads, { id: action.id, name: action.name, bytes: action.bytes, phase: 'sending', sentBytes: 0 }];
    case 'gone':
      return uploads.filter(({ id }) => id !== action.id);
    default:
      return uploads.map((upload) => (upload.id === action.id ? changed(upload, action) : upload));
  }
}

type Change = Exclude<UploadAction, { type: 'began' } | { type: 'gone' }>;

function changed(upload: Upload, action: Change): Upload {
  const { id, name, bytes } = upload;
  switch (action.type) {
    case 'sent':
      // Everything has left: the gateway checks it.
      return { ...upload, sentBytes: action.sentBytes, phase: action.sentBytes < bytes ? 'sending' : 'finishing' };
    case 'resumed':
      return { id, name, bytes, sentBytes: 0, phase: 'sending' };
    case 'stopped':
      return { ...upload, phase: 'stopped', failure: action.failure, waitsForNetwork: action.waitsForNetwork };
    default:
      return action satisfies never;
  }
}

/** How much of it has left, 0 to 1. */
export function sentFraction({ sentBytes, bytes }: Pick<Upload, 'sentBytes' | 'bytes'>): number {
  return sentBytes / bytes;
}
