/** What the documents in sight are about: asked once for each, and kept up to date by one subscription for the whole page. */

import { useSubscription } from '@org/gateway-client/react';
import { useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import { addLabels, inGroups, type LabelBook } from '../model/label-book.js';

/** What one call takes. */
const GROUP = 50;

/** The labels that are known; a document whose label is not there has not been read yet. */
export function useLabels(ids: readonly string[]): LabelBook {
  const gateway = useGateway();
  const [book, setBook] = useState<LabelBook>(new Map());
  const [missed, setMissed] = useState(0);
  const asked = useRef(new Set<string>());
  const key = [...new Set(ids)].join('\n');

  useSubscription(
    gateway.inference.labelled,
    {},
    {
      onEvent: (event) => setBook((known) => addLabels(known, [event])),
      onReset: () => {
        asked.current.clear();
        setMissed((count) => count + 1);
      },
    },
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was missed is asked for again.
  useEffect(() => {
    const news = key.split('\n').filter((id) => id !== '' && !asked.current.has(id));
    for (const group of inGroups(news, GROUP)) {
      for (const id of group) asked.current.add(id);
      gateway.inference.labels.query({ id: [...group] }).then(
        ({ items }) => setBook((known) => addLabels(known, items)),
        // A page without labels is a page; they are asked for again when these documents come into sight again.
        () => {
          for (const id of group) asked.current.delete(id);
        },
      );
    }
  }, [gateway, key, missed]);

  return book;
}
