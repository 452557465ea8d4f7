/**
 * What is open, in the URL's hash, so that reload, back and sharing work: `#/FOLDER` or `#/FOLDER/ID`, `*` for every folder.
 */

export interface HashRoute {
  /** Absent: every folder. */
  readonly folder: string | undefined;
  readonly documentId: string | undefined;
}

/** Reads a hash; anything malformed shows everything. */
export function readHash(hash: string): HashRoute {
  const [folder = '', documentId = ''] = hash.replace(/^#\/?/, '').split('/').map(decode);
  return { folder: folder === '' || folder === '*' ? undefined : folder, documentId: documentId || undefined };
}

/** The hash of a route. */
export function writeHash({ folder, documentId }: HashRoute): string {
  const start = `#/${encodeURIComponent(folder ?? '*')}`;
  return documentId === undefined ? start : `${start}/${encodeURIComponent(documentId)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
