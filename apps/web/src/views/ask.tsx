/** Questions in one's own words, answered by passages of documents. */

import { isGatewayError } from '@org/gateway-client';
import { type FormEvent, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { useLatest } from '../hooks/use-latest.js';
import type { Answer } from '../model/document-types.js';
import { writeHash } from '../model/hash-route.js';
import type { Call } from '../model/latest.js';
import { Problem } from './problem.js';
import { TextRuns } from './text-runs.js';

const CONFIDENCE = { 'very-high': 'very sure', high: 'sure', medium: 'not quite sure', low: 'a guess' } as const;

export function Ask({ folder }: { readonly folder: string | undefined }) {
  const gateway = useGateway();
  const [question, setQuestion] = useState('');
  const [call, run] = useLatest<readonly Answer[]>();
  const ask = (event?: FormEvent) => {
    event?.preventDefault();
    run(async (signal) => (await gateway.answers.ask.query({ question }, { signal })).answers);
  };
  return (
    <section aria-labelledby="ask-title">
      <h2 id="ask-title">Ask the documents</h2>
      <form className="ask" onSubmit={ask}>
        <input
          data-testid="question"
          aria-label="Your question"
          placeholder="How do I …?"
          maxLength={1_000}
          required
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <button type="submit" data-testid="ask">
          Ask
        </button>
      </form>
      <Answers call={call} folder={folder} onRetry={() => ask()} />
    </section>
  );
}

interface AnswersProps {
  readonly call: Call<readonly Answer[]>;
  readonly folder: string | undefined;
  readonly onRetry: () => void;
}

function Answers({ call, folder, onRetry }: AnswersProps) {
  const gateway = useGateway();
  if (call.status === 'idle') return <p className="empty">Answers are passages of documents; newly saved ones are found after a moment.</p>;
  if (call.status === 'failed' && isGatewayError(call.failure, gateway.answers.ask, 'STORE_MISSING')) return <StoreMissing />;
  if (call.status === 'failed') return <Problem message={describeFailure(call.failure)} onRetry={onRetry} />;
  if (call.value === undefined) return <p className="empty">Looking for answers …</p>;
  if (call.value.length === 0) return <p className="empty">No passage answers this. Ask in other words.</p>;
  return (
    <ol className="answers" data-testid="answers" aria-busy={call.status === 'loading'}>
      {call.value.map(({ documentId, title, excerpt, confidence }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a document may answer with several passages.
        <li key={`${at}/${documentId}`} data-testid="answer">
          <blockquote>
            <TextRuns runs={excerpt} />
          </blockquote>
          <p className="row-facts">
            <a href={writeHash({ folder, documentId })}>{title}</a>
            {confidence === null ? null : <span className="chip">{CONFIDENCE[confidence]}</span>}
          </p>
        </li>
      ))}
    </ol>
  );
}

function StoreMissing() {
  return (
    <div className="notice" role="status" data-testid="store-missing">
      <p>
        This stage names a store of answers that does not exist: a Kendra index or a knowledge base of Bedrock. Make one and put its id into
        <code> answers </code> of the stage's settings; documents reach it by themselves. Searching works without it.
      </p>
    </div>
  );
}
