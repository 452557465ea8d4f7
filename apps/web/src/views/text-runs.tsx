/** A text with its matches marked. Runs are drawn as text: no document can put HTML here. */

import type { TextRuns as Runs } from '../model/document-types.js';

export function TextRuns({ runs }: { readonly runs: Runs }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place.
  return runs.map(({ text, match }, at) => (match ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>));
}
