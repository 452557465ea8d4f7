/** The folders that results are in, with their numbers; choosing one leaves only its results. */

import type { Found } from '../hooks/use-search.js';

/** More would push the results out of sight. */
const SHOWN = 6;

interface Props {
  readonly folders: Found['folders'];
  readonly facet: string | undefined;
  readonly onFacet: (folder: string | undefined) => void;
}

export function FolderFacets({ folders, facet, onFacet }: Props) {
  const shown = folders.slice(0, SHOWN);
  const all = facet === undefined || shown.some(({ folder }) => folder === facet) ? shown : [...shown, { folder: facet, count: 0 }];
  if (all.length === 0) return null;
  return (
    <fieldset className="facets" aria-label="Folders of the results">
      {all.map(({ folder, count }) => (
        <button
          key={folder}
          type="button"
          className="facet"
          data-testid="facet"
          aria-pressed={folder === facet}
          onClick={() => onFacet(folder === facet ? undefined : folder)}
        >
          {folder} {count > 0 ? <span className="count">{count}</span> : null}
        </button>
      ))}
    </fieldset>
  );
}
