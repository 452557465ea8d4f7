/**
 * What is open, in the URL's hash, so that reload, back and sharing work: `#/FOLDER`, `#/FOLDER/ID` or `#/FOLDER/~TOOL`, `*` for every
 * folder. No document's id begins with `~`.
 */

const TOOLS = ['ask', 'chat', 'classify', 'graph', 'permissions'] as const;

/** What may be open instead of a document. */
export type Tool = (typeof TOOLS)[number];

export interface HashRoute {
  /** Absent: every folder. */
  readonly folder: string | undefined;
  readonly documentId: string | undefined;
  readonly tool?: Tool | undefined;
}

/** Reads a hash; anything malformed shows everything. */
export function readHash(hash: string): HashRoute {
  const [folder = '', open = ''] = hash.replace(/^#\/?/, '').split('/').map(decode);
  const tool = TOOLS.find((name) => open === `~${name}`);
  return {
    folder: folder === '' || folder === '*' ? undefined : folder,
    documentId: open === '' || open.startsWith('~') ? undefined : open,
    ...(tool === undefined ? {} : { tool }),
  };
}

/** The hash of a route. */
export function writeHash({ folder, documentId, tool }: HashRoute): string {
  const start = `#/${encodeURIComponent(folder ?? '*')}`;
  if (tool !== undefined) return `${start}/~${tool}`;
  return documentId === undefined ? start : `${start}/${encodeURIComponent(documentId)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
