/**
 * One document with its body; reloads when asked.
 */

import { useCallback, useEffect, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { Document } from '../model/document-types.js';

export interface OpenDocument {
  readonly document: Document | undefined;
  readonly failure: unknown;
  readonly reload: () => void;
}

/** Loads the document; an answer that was overtaken by another choice is dropped. */
export function useDocument(id: string): OpenDocument {
  const gateway = useGateway();
  const [document, setDocument] = useState<Document>();
  const [failure, setFailure] = useState<unknown>();
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks for another load.
  useEffect(() => {
    const stop = new AbortController();
    setFailure(undefined);
    gateway.documents.get.query({ id }, { signal: stop.signal }).then(setDocument, (error: unknown) => {
      if (!stop.signal.aborted) setFailure(error);
    });
    return () => stop.abort();
  }, [gateway, id, round]);

  return { document: document?.id === id ? document : undefined, failure, reload: useCallback(() => setRound((at) => at + 1), []) };
}
