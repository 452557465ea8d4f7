/** There is no search index: it can be built from here, and how far that is shows. */

import { describeFailure } from '../gateway.js';
import { useRebuild } from '../hooks/use-rebuild.js';
import type { Rebuild } from '../model/document-types.js';

/** `onBuilt` is called when there is one. */
export function IndexMissing({ onBuilt }: { readonly onBuilt: () => void }) {
  const { job, failure, isUnderWay, start } = useRebuild(onBuilt);
  return (
    <div className="notice" role="status" data-testid="index-missing">
      <p>There is no search index on this stage yet. It is made from the documents and then follows them.</p>
      {job === undefined ? null : <p data-testid="rebuild-status">{statusInWords(job)}</p>}
      {failure === undefined ? null : <p className="bad">{describeFailure(failure)}</p>}
      <button type="button" data-testid="rebuild" onClick={start} disabled={isUnderWay}>
        {isUnderWay ? 'Building …' : 'Build the index'}
      </button>
    </div>
  );
}

function statusInWords({ state, indexed }: Rebuild): string {
  switch (state) {
    case 'waiting':
      return 'Waiting for its turn.';
    case 'running':
      return `${indexed.toLocaleString('en')} documents so far.`;
    case 'done':
      return `Done: ${indexed.toLocaleString('en')} documents.`;
    case 'failed':
      return `It failed after ${indexed.toLocaleString('en')} documents. Build it again.`;
    default:
      return state satisfies never;
  }
}
