/** Leaves a note on a document. It shows in the activity once the bus has delivered it. */

import { type FormEvent, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { Problem } from './problem.js';

type State = { readonly status: 'ready' | 'sending' | 'sent' } | { readonly status: 'failed'; readonly failure: unknown };

export function NoteForm({ id }: { readonly id: string }) {
  const gateway = useGateway();
  const [text, setText] = useState('');
  const [state, setState] = useState<State>({ status: 'ready' });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setState({ status: 'sending' });
    try {
      await gateway.events.note.mutate({ id, text });
      setText('');
      setState({ status: 'sent' });
    } catch (failure) {
      setState({ status: 'failed', failure });
    }
  };
  return (
    <form className="note" onSubmit={send}>
      <label className="field">
        Leave a note
        <input data-testid="note" value={text} maxLength={1_000} required onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="submit" data-testid="send-note" disabled={state.status === 'sending'}>
        Send
      </button>
      <p className="row-facts" aria-live="polite">
        {state.status === 'sent' ? 'Sent. It shows in the activity in a moment.' : 'Everybody sees it in the activity.'}
      </p>
      {state.status === 'failed' ? <Problem message={describeFailure(state.failure)} /> : null}
    </form>
  );
}
