/**
 * The uploaded files. A list that was asked for later always wins: an early answer that is slow never hides a file.
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { FileInfo } from '../model/document-types.js';

export interface Files {
  readonly items: readonly FileInfo[];
  readonly failure: unknown;
  readonly reload: () => void;
}

/** Loads the newest files, and again when asked. */
export function useFiles(): Files {
  const gateway = useGateway();
  const [items, setItems] = useState<readonly FileInfo[]>([]);
  const [failure, setFailure] = useState<unknown>();
  const asked = useRef(0);

  const reload = useCallback(() => {
    asked.current += 1;
    const mine = asked.current;
    gateway.files.list.query({ limit: 50 }).then(
      (page) => {
        if (mine !== asked.current) return;
        setItems(page.items);
        setFailure(undefined);
      },
      (error: unknown) => mine === asked.current && setFailure(error),
    );
  }, [gateway]);
  useEffect(reload, [reload]);

  return { items, failure, reload };
}
