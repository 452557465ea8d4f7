/** The open document: read it, edit it, delete it. Someone else's change is shown while reading and announced while editing. */

import { useEffect, useState } from 'react';
import { describeFailure, useCanWrite, useGateway } from '../gateway.js';
import { useDocument } from '../hooks/use-document.js';
import { hasDraft } from '../hooks/use-draft.js';
import type { Change } from '../model/document-types.js';
import { formatBytes } from '../model/format.js';
import type { VersionLabel } from '../model/label-book.js';
import { DocumentEditor } from './document-editor.js';
import { LabelChip } from './label-chip.js';
import { Markdown } from './markdown.js';
import { NoteForm } from './note-form.js';
import { Problem } from './problem.js';
import { SignInHint } from './sign-in-hint.js';

interface Props {
  readonly id: string;
  readonly label: VersionLabel | undefined;
  readonly lastChange: Change | undefined;
  readonly onRemoved: () => void;
}

export function DocumentPane({ id, label, lastChange, onRemoved }: Props) {
  const { document, failure, reload } = useDocument(id);
  const canWrite = useCanWrite();
  const [editing, setEditing] = useState(() => hasDraft(id));
  const changed = lastChange?.document.id === id && lastChange.document.version !== document?.version;
  const removed = lastChange?.document.id === id && lastChange.change === 'removed';

  useEffect(() => {
    if (changed && !editing && !removed) reload();
  }, [changed, editing, removed, reload]);

  if (removed && !editing) return <p className="empty">This document was deleted.</p>;
  if (failure !== undefined) return <Problem message={describeFailure(failure)} onRetry={reload} />;
  if (!document) return <p className="empty">Loading …</p>;
  if (editing) {
    const finish = () => {
      setEditing(false);
      reload();
    };
    return <DocumentEditor document={document} onDone={finish} />;
  }
  return (
    <article>
      <header className="document-header">
        <h2 data-testid="document-title">{document.title}</h2>
        <p className="row-facts">
          {document.folder} · version {document.version} · {formatBytes(document.bytes)} <LabelChip label={label} />
        </p>
        {canWrite ? (
          <>
            <button type="button" data-testid="edit" onClick={() => setEditing(true)}>
              Edit
            </button>
            <DeleteButton id={id} onRemoved={onRemoved} />
          </>
        ) : (
          <SignInHint to="edit" />
        )}
      </header>
      <Markdown text={document.body} />
      <NoteForm id={id} />
    </article>
  );
}

function DeleteButton({ id, onRemoved }: { readonly id: string; readonly onRemoved: () => void }) {
  const gateway = useGateway();
  const [failure, setFailure] = useState<unknown>();
  const remove = () => {
    if (!window.confirm('Delete this document?')) return;
    gateway.documents.remove.mutate({ id }).then(onRemoved, setFailure);
  };
  return (
    <>
      <button type="button" data-testid="delete" onClick={remove}>
        Delete
      </button>
      {failure === undefined ? null : <Problem message={describeFailure(failure)} onRetry={remove} />}
    </>
  );
}
