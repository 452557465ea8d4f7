/** What happens, as it happens. */

import { describeFailure } from '../gateway.js';
import type { Changes } from '../hooks/use-changes.js';
import { writeHash } from '../model/hash-route.js';
import { Problem } from './problem.js';

const WORDS = { saved: 'saved', edited: 'edited', removed: 'deleted' } as const;

export function Feed({ changes }: { readonly changes: Changes }) {
  const { feed, missed, isFollowing, failure } = changes;
  return (
    <section aria-labelledby="feed-title">
      <h2 id="feed-title">Live changes</h2>
      {failure === undefined ? null : <Problem message={describeFailure(failure)} onRetry={() => window.location.reload()} />}
      {missed > 0 ? <p className="row-facts">Some changes were missed while away; the list was loaded again.</p> : null}
      {feed.length === 0 ? (
        <p className="empty">{isFollowing ? 'Nothing yet. Change something in another window.' : 'Connecting …'}</p>
      ) : null}
      <ol className="rows" data-testid="feed" data-following={isFollowing} aria-live="polite">
        {feed.map(({ id, change: { change, document } }) => (
          <li key={id} className="feed-item" data-testid="feed-item">
            <span className={`tag ${change}`}>{WORDS[change]}</span>{' '}
            <a href={writeHash({ folder: undefined, documentId: document.id })}>{document.title}</a>
          </li>
        ))}
      </ol>
    </section>
  );
}
