/** Has the search index made anew, and follows how far it is. */

import { useCallback, useEffect, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { Rebuild } from '../model/document-types.js';

const POLL_MS = 1_000;

export interface RebuildProgress {
  readonly job: Rebuild | undefined;
  readonly failure: unknown;
  readonly isUnderWay: boolean;
  readonly start: () => void;
}

/** `onDone` is called when the index is there. */
export function useRebuild(onDone: () => void): RebuildProgress {
  const gateway = useGateway();
  const [job, setJob] = useState<Rebuild>();
  const [failure, setFailure] = useState<unknown>();
  // Nobody asks how far it is after an answer that did not come: to start it again is to ask, the gateway answers the one under way.
  const isUnderWay = failure === undefined && (job?.state === 'waiting' || job?.state === 'running');
  const isDone = job?.state === 'done';

  // A new answer, even one that says the same, sets the next timer.
  useEffect(() => {
    if (job?.state !== 'waiting' && job?.state !== 'running') return;
    const timer = setTimeout(() => gateway.search.status.query().then(setJob, setFailure), POLL_MS);
    return () => clearTimeout(timer);
  }, [gateway, job]);
  useEffect(() => {
    if (isDone) onDone();
  }, [isDone, onDone]);

  const start = useCallback(() => {
    setFailure(undefined);
    gateway.search.rebuild.mutate({}).then(setJob, setFailure);
  }, [gateway]);
  return { job, failure, isUnderWay, start };
}
