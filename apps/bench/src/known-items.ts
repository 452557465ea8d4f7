/**
 * Known-item queries: for each document of a collection the question of somebody who knows it, and whether a search brings it up. Questions are
 * made from what a reader sees, the title and the first sentence, and never from an index. A document that another one has word for word, or of
 * the same package in another version, counts as found by any of them.
 */

export interface KnownDocument {
  readonly id: string;
  /** `name version` */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

export interface KnownItem {
  readonly question: string;
  /** Ids of which any is right. */
  readonly wanted: ReadonlySet<string>;
}

/** Words of a sentence that a reader would remember. */
const WORDS = 12;

/** One question by title and one by first sentence for each document; the second only when there is a sentence. */
export function knownItems(documents: readonly KnownDocument[]): { readonly byTitle: KnownItem[]; readonly bySentence: KnownItem[] } {
  const groups = [groupBy(documents, nameOf), groupBy(documents, ({ text }) => text.trim())] as const;
  const wantedOf = (document: KnownDocument): ReadonlySet<string> =>
    new Set([...groups[0].get(nameOf(document))!, ...groups[1].get(document.text.trim())!]);
  const byTitle = documents.map((document) => ({ question: `How do I use ${nameOf(document)}?`, wanted: wantedOf(document) }));
  const bySentence = documents.flatMap((document) => {
    const question = firstSentence(document.text);
    return question === undefined ? [] : [{ question, wanted: wantedOf(document) }];
  });
  return { byTitle, bySentence };
}

/** The share of items that a search has among its first results. `search` gives ids, the best first, each once. */
export async function hitRate(
  items: readonly KnownItem[],
  top: number,
  search: (question: string) => Promise<readonly string[]>,
): Promise<number> {
  let hits = 0;
  for (const { question, wanted } of items) {
    const found = await search(question);
    if (found.slice(0, top).some((id) => wanted.has(id))) hits += 1;
  }
  return hits / items.length;
}

function nameOf({ title }: KnownDocument): string {
  return title.split(' ')[0] ?? title;
}

function groupBy(documents: readonly KnownDocument[], key: (document: KnownDocument) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const document of documents) groups.set(key(document), [...(groups.get(key(document)) ?? []), document.id]);
  return groups;
}

/** The beginning of the first sentence of at least six words that is no heading, badge, table, list or code. */
function firstSentence(markdown: string): string | undefined {
  const lines = markdown
    .replace(/```[\s\S]*?(?:```|$)/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('\n')
    .map((line) => line.trim());
  const line = lines.find((each) => !/^[#|>*\-=[!`\d]/.test(each) && each.split(/\s+/).length >= 6);
  return line
    ?.split(/(?<=[.!?])\s/)[0]
    ?.split(/\s+/)
    .slice(0, WORDS)
    .join(' ');
}
