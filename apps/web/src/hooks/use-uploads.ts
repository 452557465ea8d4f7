/**
 * Uploads under way. One that lost its connection goes on by itself once the page is online again, from the parts that arrived; after a
 * reload it goes on when its file is chosen again.
 */

import { isGatewayError } from '@org/gateway-client';
import { type ResumeToken, uploader } from '@org/gateway-client/files';
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import { useGateway } from '../gateway.js';
import { begunUploads } from '../model/begun-uploads.js';
import { FILE_LIMITS } from '../model/upload-limits.js';
import { reduceUploads, type Upload } from '../model/uploads.js';

/** What React's state has no place for. */
interface Job {
  readonly file: File;
  readonly stop: AbortController;
  resumeFrom: ResumeToken | undefined;
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
  const upload = useMemo(() => uploader(gateway.files, { limits: FILE_LIMITS }), [gateway]);
  const begun = useMemo(() => begunUploads(localStorage), []);
  const [uploads, dispatch] = useReducer(reduceUploads, []);
  const jobs = useRef(new Map<string, Job>());
  const count = useRef(0);

  const keep = useCallback(
    (job: Job, resumeFrom: ResumeToken | undefined) => {
      if (job.resumeFrom?.key === resumeFrom?.key) return;
      job.resumeFrom = resumeFrom;
      begun.set(job.file, resumeFrom);
    },
    [begun],
  );

  const run = useCallback(
    async (id: string, job: Job) => {
      const { file, resumeFrom } = job;
      const { signal } = job.stop;
      job.isRunning = true;
      try {
        await upload(file, {
          signal,
          resumeFrom,
          onProgress: ({ sentBytes, resumeFrom: token }) => {
            keep(job, token);
            dispatch({ type: 'sent', id, sentBytes });
          },
        });
        keep(job, undefined);
        jobs.current.delete(id);
        dispatch({ type: 'gone', id });
        onDone();
      } catch (failure) {
        if (isGatewayError(failure, upload, 'GONE')) keep(job, undefined);
        if (!signal.aborted) dispatch({ type: 'stopped', id, failure, waitsForNetwork: isGatewayError(failure, upload, 'INTERRUPTED') });
      } finally {
        job.isRunning = false;
      }
    },
    [upload, keep, onDone],
  );

  const add = useCallback(
    (file: File) => {
      count.current += 1;
      const id = `upload-${count.current}`;
      const job: Job = { file, stop: new AbortController(), resumeFrom: begun.get(file) };
      jobs.current.set(id, job);
      dispatch({ type: 'began', id, name: file.name, bytes: file.size });
      void run(id, job);
    },
    [run, begun],
  );

  const cancel = useCallback(
    (id: string) => {
      const job = jobs.current.get(id);
      jobs.current.delete(id);
      dispatch({ type: 'gone', id });
      if (job === undefined) return;
      const { file, stop, isRunning, resumeFrom } = job;
      stop.abort();
      // One that has stopped is given up by going on with it and aborting at once.
      if (!isRunning && resumeFrom) upload(file, { resumeFrom, signal: stop.signal }).catch(() => undefined);
      keep(job, undefined);
    },
    [upload, keep],
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
