/** What IAM decided, from the page's own origin: the local stage tells it, other hosts do not. */

import { useEffect, useState } from 'react';
import { type Decision, readDecisions } from '../model/decisions.js';

const POLL_MS = 2_000;
/** As many as the stage keeps: one that was denied a while ago is worth more than a hundred that were not. */
const ASKED = 1_000;

/** Whether this host tells it. Asked once. */
export function useDecisionsOffered(): boolean {
  const [isOffered, setOffered] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    loadDecisions(1, stop.signal).then(
      (decisions) => setOffered(decisions !== undefined),
      () => undefined,
    );
    return () => stop.abort();
  }, []);
  return isOffered;
}

export interface Decisions {
  readonly decisions: readonly Decision[] | undefined;
  readonly failure: unknown;
}

/** The newest decisions, asked for every two seconds while the page is looked at. */
export function useDecisions(): Decisions {
  const [state, setState] = useState<Decisions>({ decisions: undefined, failure: undefined });
  useEffect(() => {
    const stop = new AbortController();
    const load = () => {
      if (document.visibilityState === 'hidden') return;
      loadDecisions(ASKED, stop.signal).then(
        (decisions) => setState({ decisions, failure: undefined }),
        (failure: unknown) => !stop.signal.aborted && setState((before) => ({ ...before, failure })),
      );
    };
    load();
    const timer = setInterval(load, POLL_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, []);
  return state;
}

async function loadDecisions(limit: number, signal: AbortSignal): Promise<readonly Decision[] | undefined> {
  const response = await fetch(`/_stage/decisions?limit=${limit}`, { signal });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return response.ok && isJson ? readDecisions(await response.json()) : undefined;
}
