/** What a text of one's own is about: as a whole, or line by line as the model answers. */

import { isGatewayError } from '@org/gateway-client';
import { useState } from 'react';
import { describeFailure } from '../gateway.js';
import { type Classification, useClassify } from '../hooks/use-classify.js';
import type { Label } from '../model/document-types.js';
import { textLines, wholeText } from '../model/text-lines.js';
import { Problem } from './problem.js';

const SHOWN = 3;

export function Classify() {
  const { state, atOnce, oneByOne } = useClassify();
  const [text, setText] = useState('');
  const whole = wholeText(text);
  const lines = textLines(text);
  return (
    <section aria-labelledby="classify-title" className="editor">
      <h2 id="classify-title">What is a text about?</h2>
      <label className="field">
        A text, or one a line
        <textarea data-testid="classify-text" rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="actions">
        <button type="button" data-testid="classify" disabled={whole === undefined} onClick={() => whole && atOnce([whole])}>
          Classify the text
        </button>
        <button type="button" data-testid="classify-lines" disabled={lines.length === 0} onClick={() => oneByOne(lines)}>
          Line by line{lines.length > 1 ? ` (${lines.length})` : ''}
        </button>
      </div>
      <Results state={state} />
    </section>
  );
}

function Results({ state }: { readonly state: Classification }) {
  const { status, texts, labels, failure } = state;
  return (
    <>
      {status === 'failed' ? <Problem message={failureInWords(failure)} /> : null}
      <ol className="classified" data-testid="classified" data-status={status} aria-live="polite">
        {texts.map((text, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same text may be there twice.
          <li key={at} data-testid="classified-text">
            <span className="row-title">{text}</span>
            <Guesses label={labels[at]} isWaiting={status === 'working'} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Guesses({ label, isWaiting }: { readonly label: Label | undefined; readonly isWaiting: boolean }) {
  if (label === undefined) return <p className="row-facts">{isWaiting ? '…' : 'No label.'}</p>;
  return (
    <ul className="guesses">
      {label.all.slice(0, SHOWN).map(({ label: name, probability }) => (
        <li key={name}>
          <span>{name}</span>
          <meter min={0} max={1} value={probability} aria-label={`${name}: ${Math.round(probability * 100)} percent`} />
          <span className="row-facts">{Math.round(probability * 100)} %</span>
        </li>
      ))}
    </ul>
  );
}

/** Both procedures declare it. */
function failureInWords(failure: unknown): string {
  const isModels = isGatewayError(failure) && failure.code === 'FAILED_DEPENDENCY';
  return isModels ? 'The model failed, or answered what nobody understands. Try again.' : describeFailure(failure);
}
