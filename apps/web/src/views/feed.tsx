/** What happens, as it happens, and what happened before. */

import { describeFailure } from '../gateway.js';
import type { Activity } from '../hooks/use-activity.js';
import type { FeedItem } from '../model/activity-feed.js';
import { writeHash } from '../model/hash-route.js';
import { Problem } from './problem.js';

const WORDS = { saved: 'saved', edited: 'edited', removed: 'deleted', noted: 'noted', uploaded: 'uploaded' } as const;

export function Feed({ activity }: { readonly activity: Activity }) {
  const { feed, missed, isFollowing, failure } = activity;
  return (
    <section aria-labelledby="feed-title">
      <h2 id="feed-title">Activity</h2>
      {failure === undefined ? null : <Problem message={describeFailure(failure)} onRetry={() => window.location.reload()} />}
      {missed > 0 ? <p className="row-facts">Some changes were missed while away; the list was loaded again.</p> : null}
      {feed.length === 0 ? (
        <p className="empty">{isFollowing ? 'Nothing yet. Change something in another window.' : 'Connecting …'}</p>
      ) : null}
      <ol className="rows feed" data-testid="feed" data-following={isFollowing} aria-live="polite">
        {feed.map((item) => (
          <li key={item.key} className={item.isLive ? 'feed-item live' : 'feed-item'} data-testid="feed-item" data-kind={item.kind}>
            <span className={`tag ${item.kind}`}>{WORDS[item.kind]}</span> <Subject item={item} />
            {item.text === null ? null : <span className="note-text">{item.text}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Subject({ item: { kind, subject, title, atMs } }: { readonly item: FeedItem }) {
  const when = new Date(atMs).toLocaleString();
  if (kind === 'uploaded' || kind === 'removed') return <span title={when}>{title}</span>;
  return (
    <a href={writeHash({ folder: undefined, documentId: subject })} title={when}>
      {title}
    </a>
  );
}
