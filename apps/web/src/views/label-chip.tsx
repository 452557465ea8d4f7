/** What a document is about, as the model sees it. Nothing until it has been read. */

import type { VersionLabel } from '../model/label-book.js';

export function LabelChip({ label }: { readonly label: VersionLabel | undefined }) {
  if (label === undefined) return null;
  const percent = Math.round(label.probability * 100);
  return (
    <span className="chip" data-testid="label" title={`The model is ${percent} % sure, of version ${label.version}`}>
      {label.label}
    </span>
  );
}
