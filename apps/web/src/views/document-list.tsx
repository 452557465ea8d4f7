/** The documents of a folder, newest change first. */

import { describeFailure } from '../gateway.js';
import type { Documents } from '../hooks/use-documents.js';
import { formatAgo, formatBytes } from '../model/format.js';
import { writeHash } from '../model/hash-route.js';
import type { LabelBook } from '../model/label-book.js';
import { LabelChip } from './label-chip.js';
import { Problem } from './problem.js';

interface Props {
  readonly documents: Documents;
  readonly folder: string | undefined;
  readonly documentId: string | undefined;
  readonly labels: LabelBook;
}

export function DocumentList({ documents, folder, documentId, labels }: Props) {
  const { items, status, failure, hasMore, loadMore, reload } = documents;
  const nowMs = Date.now();
  return (
    <>
      <ul className="rows" data-testid="document-list">
        {items.map((item) => (
          // The version is part of the key: a changed row is a new element, and flashes.
          <li key={`${item.id}/${item.version}`}>
            <a
              href={writeHash({ folder, documentId: item.id })}
              className="row"
              aria-current={item.id === documentId ? 'page' : undefined}
              data-testid="document-row"
              data-document-id={item.id}
            >
              <span className="row-title">{item.title}</span>
              <span className="row-facts with-chip">
                <span>
                  {item.folder} · {formatBytes(item.bytes)} · {formatAgo(item.updatedAtMs, nowMs)}
                </span>
                <LabelChip label={labels.get(item.id)} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {status === 'failed' ? <Problem message={describeFailure(failure)} onRetry={reload} /> : null}
      {status === 'loading' ? <p className="empty">Loading …</p> : null}
      {status === 'ready' && items.length === 0 ? <p className="empty">No documents here yet.</p> : null}
      {status === 'ready' && hasMore ? (
        <button type="button" onClick={loadMore}>
          Load more
        </button>
      ) : null}
    </>
  );
}
