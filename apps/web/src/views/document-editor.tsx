/**
 * Edits a document. Saving names the version that was read; when someone was faster the typed text stays, and the person chooses: put it
 * on top of theirs, or leave it.
 */

import { isGatewayError } from '@org/gateway-client';
import { type FormEvent, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import type { Document } from '../model/document-types.js';
import { Problem } from './problem.js';

type State =
  | { readonly status: 'ready' | 'saving' }
  | { readonly status: 'failed'; readonly failure: unknown }
  | { readonly status: 'stale'; readonly currentVersion: number };

export function DocumentEditor({ document, onDone }: { readonly document: Document; readonly onDone: () => void }) {
  const gateway = useGateway();
  const [title, setTitle] = useState(document.title);
  const [body, setBody] = useState(document.body);
  const [state, setState] = useState<State>({ status: 'ready' });

  const save = async (version: number) => {
    setState({ status: 'saving' });
    try {
      await gateway.documents.edit.mutate({ id: document.id, version, title, body });
      onDone();
    } catch (error) {
      if (isGatewayError(error, gateway.documents.edit, 'STALE_VERSION'))
        setState({ status: 'stale', currentVersion: error.data.currentVersion });
      else setState({ status: 'failed', failure: error });
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(document.version);
  };

  return (
    <form className="editor" onSubmit={submit}>
      <label className="field">
        Title
        <input data-testid="editor-title" value={title} maxLength={200} required onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label className="field grow">
        Text (Markdown)
        <textarea data-testid="editor-body" value={body} onChange={(event) => setBody(event.target.value)} />
      </label>
      {state.status === 'stale' ? (
        <div className="problem" role="alert" data-testid="error">
          <p>Someone else saved version {state.currentVersion} in the meantime. Your text is still here.</p>
          <button type="button" onClick={() => void save(state.currentVersion)}>
            Save mine on top
          </button>
          <button type="button" onClick={onDone}>
            Take theirs
          </button>
        </div>
      ) : null}
      {state.status === 'failed' ? <Problem message={describeFailure(state.failure)} /> : null}
      <div className="actions">
        <button type="submit" data-testid="save" disabled={state.status === 'saving'}>
          {state.status === 'saving' ? 'Saving …' : 'Save'}
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
