/** Writes a new document. */

import { type FormEvent, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { useDraft } from '../hooks/use-draft.js';
import type { Summary } from '../model/document-types.js';
import { Problem } from './problem.js';

/** The name of its draft; documents have theirs by their id, which has no blank. */
export const NEW_DOCUMENT = 'new document';

interface Props {
  readonly folder: string | undefined;
  readonly onCreated: (document: Summary) => void;
  readonly onCancel: () => void;
}

export function NewDocument({ folder, onCreated, onCancel }: Props) {
  const gateway = useGateway();
  const [draft, setDraft] = useDraft(NEW_DOCUMENT, { folder: folder ?? 'notes', title: '', body: '' });
  const [failure, setFailure] = useState<unknown>();
  const [saving, setSaving] = useState(false);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      onCreated(await gateway.documents.save.mutate(draft));
    } catch (error) {
      setFailure(error);
      setSaving(false);
    }
  };
  return (
    <form className="editor" onSubmit={create}>
      <h2>New document</h2>
      <label className="field">
        Folder
        <input value={draft.folder} required onChange={(event) => setDraft({ ...draft, folder: event.target.value })} />
      </label>
      <label className="field">
        Title
        <input
          data-testid="editor-title"
          value={draft.title}
          maxLength={200}
          required
          onChange={(event) => setDraft({ ...draft, title: event.target.value })}
        />
      </label>
      <label className="field grow">
        Text (Markdown)
        <textarea data-testid="editor-body" value={draft.body} onChange={(event) => setDraft({ ...draft, body: event.target.value })} />
      </label>
      {failure === undefined ? null : <Problem message={describeFailure(failure)} />}
      <div className="actions">
        <button type="submit" data-testid="save" disabled={saving}>
          {saving ? 'Creating …' : 'Create'}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
