/**
 * What was searched for most in the last days, over whatever is below: nothing moves when it comes. Nothing at all when it is not known: it
 * is an offer, no content.
 */

import { useEffect } from 'react';
import { useGateway } from '../gateway.js';
import { useLatest } from '../hooks/use-latest.js';

const SHOWN = 6;

export function PopularSearches({ onChoose }: { readonly onChoose: (text: string) => void }) {
  const gateway = useGateway();
  const [{ value: items }, run] = useLatest<readonly { readonly text: string; readonly count: number }[]>();
  useEffect(() => {
    run(async (signal) => (await gateway.search.popular.query({ limit: SHOWN }, { signal })).items);
  }, [gateway, run]);
  if (items === undefined || items.length === 0) return null;
  return (
    <section className="popular" aria-label="Popular searches" data-testid="popular">
      <p className="row-facts">Often searched for</p>
      {items.map(({ text }) => (
        <button key={text} type="button" className="facet" onClick={() => onChoose(text)}>
          {text}
        </button>
      ))}
    </section>
  );
}
