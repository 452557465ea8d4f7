/** The page: folders and documents on the left, the open document in the middle, what happens on the right. */

import { useCallback, useEffect, useState } from 'react';
import { useChanges } from './hooks/use-changes.js';
import { useDocuments } from './hooks/use-documents.js';
import { goTo, useHashRoute } from './hooks/use-hash-route.js';
import type { Change } from './model/document-types.js';
import { ConnectionBadge } from './views/connection-badge.js';
import { DocumentList } from './views/document-list.js';
import { DocumentPane } from './views/document-pane.js';
import { Feed } from './views/feed.js';
import { FilesPanel } from './views/files-panel.js';
import { FolderList } from './views/folder-list.js';
import { NewDocument } from './views/new-document.js';

export function App() {
  const { folder, documentId } = useHashRoute();
  const documents = useDocuments(folder);
  const [creating, setCreating] = useState(false);
  const [lastChange, setLastChange] = useState<Change>();
  const { apply, reload } = documents;
  const changes = useChanges(
    useCallback(
      (change: Change) => {
        apply(change);
        setLastChange(change);
      },
      [apply],
    ),
  );
  useEffect(() => {
    if (changes.missed > 0) reload();
  }, [changes.missed, reload]);

  return (
    <div className="page">
      <header className="bar">
        <h1>Documents</h1>
        <button type="button" data-testid="new-document" onClick={() => setCreating(true)}>
          New document
        </button>
        <ConnectionBadge />
      </header>
      <nav className="left" aria-label="Documents">
        <FolderList folder={folder} lastChange={lastChange} />
        <DocumentList documents={documents} folder={folder} documentId={documentId} />
      </nav>
      <main className="middle">
        {creating ? (
          <NewDocument
            folder={folder}
            onCancel={() => setCreating(false)}
            onCreated={(created) => {
              setCreating(false);
              goTo({ folder, documentId: created.id });
            }}
          />
        ) : documentId ? (
          <DocumentPane
            key={documentId}
            id={documentId}
            lastChange={lastChange}
            onRemoved={() => goTo({ folder, documentId: undefined })}
          />
        ) : (
          <p className="empty">Choose a document on the left, or write a new one.</p>
        )}
      </main>
      <aside className="right" aria-label="Live changes and files">
        <Feed changes={changes} />
        <FilesPanel />
      </aside>
    </div>
  );
}
