/** What was found: folders to choose from, the number, the documents with their matches marked. */

import { isGatewayError } from '@org/gateway-client';
import { describeFailure, useGateway } from '../gateway.js';
import type { Found, Search } from '../hooks/use-search.js';
import type { Hit } from '../model/document-types.js';
import { startAtMatch } from '../model/excerpt.js';
import { writeHash } from '../model/hash-route.js';
import type { LabelBook } from '../model/label-book.js';
import { FolderFacets } from './folder-facets.js';
import { IndexMissing } from './index-missing.js';
import { LabelChip } from './label-chip.js';
import { Problem } from './problem.js';
import { TextRuns } from './text-runs.js';

interface Props {
  readonly search: Search;
  /** Chosen among the folders of the results. */
  readonly facet: string | undefined;
  readonly onFacet: (folder: string | undefined) => void;
  readonly folder: string | undefined;
  readonly documentId: string | undefined;
  readonly labels: LabelBook;
}

export function SearchResults({ search, facet, onFacet, folder, documentId, labels }: Props) {
  const gateway = useGateway();
  const { call, again, loadMore } = search;
  if (call.status === 'failed') {
    if (isGatewayError(call.failure, gateway.search.find, 'INDEX_MISSING')) return <IndexMissing onBuilt={again} />;
    return <Problem message={describeFailure(call.failure)} onRetry={again} />;
  }
  const found = call.value;
  if (found === undefined) return <p className="empty">Searching …</p>;
  return (
    <div className="found" aria-busy={call.status === 'loading'} data-testid="search-results">
      <FolderFacets folders={found.folders} facet={facet} onFacet={onFacet} />
      <p className="row-facts" data-testid="search-total" aria-live="polite">
        {totalInWords(found)}
      </p>
      <ul className="rows">
        {found.items.map((hit) => (
          <li key={hit.id}>
            <HitRow hit={hit} href={writeHash({ folder, documentId: hit.id })} isOpen={hit.id === documentId} labels={labels} />
          </li>
        ))}
      </ul>
      {found.nextCursor === null ? null : (
        <button type="button" onClick={loadMore} disabled={call.status === 'loading'}>
          More results
        </button>
      )}
    </div>
  );
}

interface HitProps {
  readonly hit: Hit;
  readonly href: string;
  readonly isOpen: boolean;
  readonly labels: LabelBook;
}

function HitRow({ hit, href, isOpen, labels }: HitProps) {
  return (
    <a href={href} className="row still" aria-current={isOpen ? 'page' : undefined} data-testid="search-hit" data-document-id={hit.id}>
      <span className="row-title">
        <TextRuns runs={hit.titleRuns} />
      </span>
      {hit.excerpts.slice(0, 2).map((runs, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: excerpts have no identity but their place.
        <span key={at} className="excerpt">
          <TextRuns runs={startAtMatch(runs)} />
        </span>
      ))}
      <span className="row-facts with-chip">
        <span>{hit.folder}</span>
        <LabelChip label={labels.get(hit.id)} />
      </span>
    </a>
  );
}

/** Totals are exact up to 10,000. */
function totalInWords({ total, items }: Found): string {
  if (total === 0) return 'Nothing found. Try other or fewer words.';
  const all = total >= 10_000 ? '10,000 or more' : total.toLocaleString('en');
  const documents = total === 1 ? 'document' : 'documents';
  return items.length < total ? `${items.length} of ${all} ${documents}` : `${all} ${documents}`;
}
