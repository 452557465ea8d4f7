/**
 * Known-item queries: for each document of a collection the question of somebody who knows it, and whether a search brings it up. Questions are
 * made from what a reader sees (the title, the first sentence, the description in the registry) and never from an index. A document that another one has word for word, or of
 * the same package in another version, counts as found by any of them.
 */

export interface KnownDocument {
  readonly id: string;
  /** `name version` */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  /** What its package says it is, in `package.json`; `''` when it says nothing. */
  readonly description: string;
}

export interface KnownItem {
  readonly question: string;
  /** Ids of which any is right. */
  readonly wanted: ReadonlySet<string>;
}

/** Words of a sentence that a reader would remember. */
const WORDS = 12;

/** Questions by where they come from. */
export interface KnownItems {
  readonly byTitle: readonly KnownItem[];
  /** Beginning of the README's first sentence. */
  readonly bySentence: readonly KnownItem[];
  /** Beginning of the package's description, which is not in the index unless the README repeats it. */
  readonly byDescription: readonly KnownItem[];
}

/** One question of each kind for each document; none where there is no sentence, or fewer than three words of description. */
export function knownItems(documents: readonly KnownDocument[]): KnownItems {
  const groups = [groupBy(documents, nameOf), groupBy(documents, ({ text }) => text.trim())] as const;
  const wantedOf = (document: KnownDocument): ReadonlySet<string> =>
    new Set([...groups[0].get(nameOf(document))!, ...groups[1].get(document.text.trim())!]);
  const byTitle = documents.map((document) => ({ question: `How do I use ${nameOf(document)}?`, wanted: wantedOf(document) }));
  const bySentence = documents.flatMap((document) => {
    const question = firstSentence(document.text);
    return question === undefined ? [] : [{ question, wanted: wantedOf(document) }];
  });
  const byDescription = documents
    .filter(({ description }) => description.split(/\s+/).length >= 3)
    .map((document) => ({ question: firstWords(document.description), wanted: wantedOf(document) }));
  return { byTitle, bySentence, byDescription };
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
  const sentence = line?.split(/(?<=[.!?])\s/)[0];
  return sentence === undefined ? undefined : firstWords(sentence);
}

function firstWords(text: string): string {
  return text.trim().split(/\s+/).slice(0, WORDS).join(' ');
}
