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
  /** Bytes that have left, by part; a file in one request is part 1. */
  readonly sent: Readonly<Record<number, number>>;
  /** Why it stopped. */
  readonly failure?: unknown;
  /** It stopped because the connection was lost, and goes on by itself once there is one again. */
  readonly waitsForNetwork?: boolean;
}

export type UploadAction =
  | { readonly type: 'began'; readonly id: string; readonly name: string; readonly bytes: number }
  | { readonly type: 'sent'; readonly id: string; readonly part: number; readonly bytes: number }
  | { readonly type: 'finishing' | 'resumed'; readonly id: string }
  | { readonly type: 'gone'; readonly id: string }
  | { readonly type: 'stopped'; readonly id: string; readonly failure: unknown; readonly waitsForNetwork: boolean };

/** The uploads after an action. */
export function reduceUploads(uploads: readonly Upload[], action: UploadAction): readonly Upload[] {
  switch (action.type) {
    case 'began':
      return [...uploads, { id: action.id, name: action.name, bytes: action.bytes, phase: 'sending', sent: {} }];
    case 'gone':
      return uploads.filter(({ id }) => id !== action.id);
    default:
      return uploads.map((upload) => (upload.id === action.id ? changed(upload, action) : upload));
  }
}

type Change = Exclude<UploadAction, { type: 'began' } | { type: 'gone' }>;

function changed(upload: Upload, action: Change): Upload {
  const { id, name, bytes, sent } = upload;
  switch (action.type) {
    case 'sent':
      return { ...upload, sent: { ...sent, [action.part]: action.bytes } };
    case 'finishing':
      return { ...upload, phase: 'finishing' };
    case 'resumed':
      return { id, name, bytes, sent: {}, phase: 'sending' };
    case 'stopped':
      return { ...upload, phase: 'stopped', failure: action.failure, waitsForNetwork: action.waitsForNetwork };
    default:
      return action satisfies never;
  }
}

/** How much of it has left, 0 to 1. */
export function sentFraction({ sent, bytes }: Pick<Upload, 'sent' | 'bytes'>): number {
  const total = Object.values(sent).reduce((sum, part) => sum + part, 0);
  return Math.min(1, total / bytes);
}

/** The bytes of a part: every part has `partBytes`, but for the last, which has the rest. */
export function partRange(part: number, partBytes: number, totalBytes: number): readonly [from: number, to: number] {
  return [(part - 1) * partBytes, Math.min(part * partBytes, totalBytes)];
}
