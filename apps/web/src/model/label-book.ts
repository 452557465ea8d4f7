/**
 * What documents are about, by id. Labels come from answers and from events in any order: of a document the newest version's label stays.
 */

/** The best label of a version. */
export interface VersionLabel {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly probability: number;
}

export type LabelBook = ReadonlyMap<string, VersionLabel>;

/** The book with these labels in it; the same one when they change nothing. */
export function addLabels(book: LabelBook, labels: readonly VersionLabel[]): LabelBook {
  const news = labels.filter(({ id, version }) => (book.get(id)?.version ?? 0) < version);
  if (news.length === 0) return book;
  const next = new Map(book);
  for (const label of news) if ((next.get(label.id)?.version ?? 0) < label.version) next.set(label.id, label);
  return next;
}

/** Ids in groups that one call can take. */
export function inGroups(ids: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));
}
