/**
 * Uploads under way. One that lost its connection goes on by itself once the page is online again, from the parts that arrived; leaving
 * the page gives it up.
 */

import { useCallback, useEffect, useReducer, useRef } from 'react';
import { useGateway } from '../gateway.js';
import { reduceUploads, type Upload } from '../model/uploads.js';
import { type BegunUpload, isConnectionLost, uploadFile } from './upload-file.js';

/** What React's state has no place for. */
interface Job {
  readonly file: File;
  readonly stop: AbortController;
  begun?: BegunUpload;
  /** The page may hear twice that it is online again, before it has drawn the first time. */
  isRunning?: boolean;
}

export interface Uploads {
  readonly uploads: readonly Upload[];
  readonly add: (file: File) => void;
  readonly cancel: (id: string) => void;
  readonly resume: (id: string) => void;
}

/** `onDone` is called whenever a file is there. */
export function useUploads(onDone: () => void): Uploads {
  const gateway = useGateway();
  const [uploads, dispatch] = useReducer(reduceUploads, []);
  const jobs = useRef(new Map<string, Job>());
  const count = useRef(0);

  const run = useCallback(
    async (id: string, job: Job) => {
      const { signal } = job.stop;
      job.isRunning = true;
      try {
        await uploadFile(gateway, job.file, job.begun, {
          onBegun: (begun) => {
            job.begun = begun;
          },
          onSent: (part, bytes) => dispatch({ type: 'sent', id, part, bytes }),
          onFinishing: () => dispatch({ type: 'finishing', id }),
          signal,
        });
        jobs.current.delete(id);
        dispatch({ type: 'gone', id });
        onDone();
      } catch (failure) {
        if (!signal.aborted) dispatch({ type: 'stopped', id, failure, waitsForNetwork: isConnectionLost(failure) });
      } finally {
        job.isRunning = false;
      }
    },
    [gateway, onDone],
  );

  const add = useCallback(
    (file: File) => {
      count.current += 1;
      const id = `upload-${count.current}`;
      const job: Job = { file, stop: new AbortController() };
      jobs.current.set(id, job);
      dispatch({ type: 'began', id, name: file.name, bytes: file.size });
      void run(id, job);
    },
    [run],
  );

  const cancel = useCallback(
    (id: string) => {
      const job = jobs.current.get(id);
      job?.stop.abort();
      jobs.current.delete(id);
      dispatch({ type: 'gone', id });
      // What arrived is removed; if that fails, the bucket does it by itself after a week.
      if (job?.begun !== undefined) gateway.files.abortUpload.mutate({ key: job.begun.key }).catch(() => undefined);
    },
    [gateway],
  );

  const resume = useCallback(
    (id: string) => {
      const job = jobs.current.get(id);
      if (job === undefined || job.isRunning) return;
      dispatch({ type: 'resumed', id });
      void run(id, job);
    },
    [run],
  );

  useEffect(() => {
    const resumeAll = () => {
      for (const { id, waitsForNetwork } of uploads) if (waitsForNetwork === true) resume(id);
    };
    const { $connection } = gateway;
    // Lost connections are not always the browser's: when the gateway's comes back, so may the bucket's.
    const isUp = () => ['live', 'catching-up'].includes($connection.state.status);
    let wasOpen = isUp();
    const stopFollowing = $connection.subscribe(() => {
      const isOpen = isUp();
      if (isOpen && !wasOpen) resumeAll();
      wasOpen = isOpen;
    });
    window.addEventListener('online', resumeAll);
    return () => {
      stopFollowing();
      window.removeEventListener('online', resumeAll);
    };
  }, [gateway, uploads, resume]);

  return { uploads, add, cancel, resume };
}
