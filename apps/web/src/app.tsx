/** The page: search and documents on the left, what is open in the middle, what happens on the right. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { useCanWrite } from './gateway.js';
import { useActivity } from './hooks/use-activity.js';
import { useDocuments } from './hooks/use-documents.js';
import { hasDraft } from './hooks/use-draft.js';
import { goTo, useHashRoute } from './hooks/use-hash-route.js';
import { useInView } from './hooks/use-in-view.js';
import { useLabels } from './hooks/use-labels.js';
import { type SearchQuery, useSearch } from './hooks/use-search.js';
import type { Change } from './model/document-types.js';
import { ConnectionBadge } from './views/connection-badge.js';
import { DocumentPane } from './views/document-pane.js';
import { Feed } from './views/feed.js';
import { FilesPanel } from './views/files-panel.js';
import { Library } from './views/library.js';
import { NEW_DOCUMENT, NewDocument } from './views/new-document.js';
import { ToolLinks } from './views/tool-links.js';
import { ToolPane } from './views/tool-pane.js';
import { Who } from './views/who.js';

export function App() {
  const { folder, documentId, tool } = useHashRoute();
  const canWrite = useCanWrite();
  const documents = useDocuments(folder);
  const [query, setQuery] = useState<SearchQuery>({ text: '', isTyping: true, folder: undefined });
  const search = useSearch(query);
  const [isCreating, setCreating] = useState(() => hasDraft(NEW_DOCUMENT));
  const [lastChange, setLastChange] = useState<Change>();
  const { apply, reload } = documents;
  const activity = useActivity(
    useCallback(
      (change: Change) => {
        apply(change);
        setLastChange(change);
      },
      [apply],
    ),
  );
  useEffect(() => {
    if (activity.missed > 0) reload();
  }, [activity.missed, reload]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever opens something else has left the new document.
  useEffect(() => () => setCreating(false), [documentId, tool]);
  const middle = useRef<HTMLElement>(null);
  useInView(middle, `${documentId ?? ''} ${tool ?? ''} ${isCreating}`);

  const inSight = [...documents.items, ...(search.call.value?.items ?? [])].map(({ id }) => id);
  const labels = useLabels(documentId === undefined ? inSight : [documentId, ...inSight]);

  return (
    <div className="page">
      <header className="bar">
        <h1>Documents</h1>
        <button
          type="button"
          data-testid="new-document"
          disabled={!canWrite}
          title={canWrite ? undefined : 'Sign in to write'}
          onClick={() => setCreating(true)}
        >
          New document
        </button>
        <ToolLinks folder={folder} tool={tool} />
        <ConnectionBadge />
        <Who />
      </header>
      <Library {...{ documents, query, search, labels, lastChange, folder, documentId }} onQuery={setQuery} />
      <main className="middle" ref={middle}>
        {isCreating ? (
          <NewDocument
            folder={folder}
            onCancel={() => setCreating(false)}
            onCreated={(created) => {
              setCreating(false);
              goTo({ folder, documentId: created.id });
            }}
          />
        ) : tool ? (
          <ToolPane tool={tool} folder={folder} />
        ) : documentId ? (
          <DocumentPane
            key={documentId}
            id={documentId}
            label={labels.get(documentId)}
            lastChange={lastChange}
            onRemoved={() => goTo({ folder, documentId: undefined })}
          />
        ) : (
          <p className="empty">Choose a document on the left, or write a new one.</p>
        )}
      </main>
      <aside className="right" aria-label="Activity and files">
        <Feed activity={activity} />
        <FilesPanel lastFile={activity.lastFile} />
      </aside>
    </div>
  );
}
