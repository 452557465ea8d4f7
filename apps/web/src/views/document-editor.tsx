/**
 * Edits a document. Saving names the version that was read; when someone was faster the typed text stays, and the person chooses: put it
 * on top of theirs, or leave it. Without a network it stays too, and is saved when the page is online again: once, also when the first
 * attempt arrived and only its answer did not. Signing in does not cost it either.
 */

import { isGatewayError } from '@org/gateway-client';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { useDraft } from '../hooks/use-draft.js';
import type { Document } from '../model/document-types.js';
import { Problem } from './problem.js';

type State =
  | { readonly status: 'ready' | 'saving' }
  | { readonly status: 'failed'; readonly failure: unknown }
  /** `key` is that of the attempt. */
  | { readonly status: 'offline'; readonly version: number; readonly key: string }
  | { readonly status: 'stale'; readonly currentVersion: number };

export function DocumentEditor({ document, onDone }: { readonly document: Document; readonly onDone: () => void }) {
  const gateway = useGateway();
  // With the version that it was made from, which need not be the newest when the page comes back.
  const [draft, setDraft] = useDraft(document.id, { version: document.version, title: document.title, body: document.body });
  const { title, body } = draft;
  const [state, setState] = useState<State>({ status: 'ready' });

  const save = useCallback(
    async (version: number, key: string = crypto.randomUUID()) => {
      setState({ status: 'saving' });
      try {
        await gateway.documents.edit.mutate({ id: document.id, version, title, body }, { key });
        onDone();
      } catch (error) {
        if (isGatewayError(error, gateway.documents.edit, 'STALE_VERSION'))
          setState({ status: 'stale', currentVersion: error.data.currentVersion });
        else if (isGatewayError(error) && error.code === 'NETWORK_ERROR') setState({ status: 'offline', version, key });
        else setState({ status: 'failed', failure: error });
      }
    },
    [gateway, document.id, title, body, onDone],
  );
  useEffect(() => {
    if (state.status !== 'offline') return;
    const saveAgain = () => void save(state.version, state.key);
    window.addEventListener('online', saveAgain);
    return () => window.removeEventListener('online', saveAgain);
  }, [state, save]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(draft.version);
  };

  return (
    <form className="editor" onSubmit={submit}>
      <label className="field">
        Title
        <input
          data-testid="editor-title"
          value={title}
          maxLength={200}
          required
          onChange={(event) => setDraft({ ...draft, title: event.target.value })}
        />
      </label>
      <label className="field grow">
        Text (Markdown)
        <textarea data-testid="editor-body" value={body} onChange={(event) => setDraft({ ...draft, body: event.target.value })} />
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
      {state.status === 'offline' ? (
        <p className="problem" role="status" data-testid="offline">
          The gateway cannot be reached. Your text is kept here, and saved when you are online again.
        </p>
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
