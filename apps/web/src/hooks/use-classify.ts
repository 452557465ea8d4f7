/** What texts are about: all at once, or each as the model answers. */

import { type GatewayClient, GatewayError } from '@org/gateway-client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { Label } from '../model/document-types.js';

export interface Classification {
  readonly status: 'idle' | 'working' | 'ready' | 'failed';
  readonly texts: readonly string[];
  /** Of the texts, in their order; shorter while the model is still at it. */
  readonly labels: readonly Label[];
  readonly failure?: unknown;
}

export interface Classifier {
  readonly state: Classification;
  readonly atOnce: (texts: readonly string[]) => void;
  readonly oneByOne: (texts: readonly string[]) => void;
}

type OnLabel = (label: Label) => void;
type Way = (gateway: GatewayClient, texts: readonly string[], onLabel: OnLabel, signal: AbortSignal) => Promise<void>;

/** A new text ends the one before. */
export function useClassify(): Classifier {
  const gateway = useGateway();
  const [state, setState] = useState<Classification>({ status: 'idle', texts: [], labels: [] });
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const begin = useCallback(
    (way: Way, texts: readonly string[]) => {
      current.current?.abort();
      current.current = new AbortController();
      const { signal } = current.current;
      const update = (change: (before: Classification) => Classification) => !signal.aborted && setState(change);
      update(() => ({ status: 'working', texts, labels: [] }));
      way(gateway, texts, (label) => update((before) => ({ ...before, labels: [...before.labels, label] })), signal).then(
        () => update((before) => ({ ...before, status: 'ready' })),
        (failure: unknown) => update((before) => ({ ...before, status: 'failed', failure })),
      );
    },
    [gateway],
  );
  return {
    state,
    atOnce: useCallback((texts: readonly string[]) => begin(classifyAtOnce, texts), [begin]),
    oneByOne: useCallback((texts: readonly string[]) => begin(classifyOneByOne, texts), [begin]),
  };
}

const classifyAtOnce: Way = async (gateway, texts, onLabel, signal) => {
  const { labels } = await gateway.inference.classify.mutate({ texts: [...texts] }, { signal });
  labels.forEach(onLabel);
};

/** The results are followed before the model is asked, so that none is missed. */
const classifyOneByOne: Way = async (gateway, texts, onLabel, signal) => {
  const stream = newStreamId();
  const stop = new AbortController();
  let asked: Promise<unknown> | undefined;
  const ask = () => {
    asked ??= gateway.inference.classifyStream.mutate({ stream, texts: [...texts] }, { signal });
    asked.catch(() => stop.abort());
  };
  const results = gateway.inference.results.subscribe({ stream }, { signal: AbortSignal.any([signal, stop.signal]), onStarted: ask });
  for await (const event of results) {
    if (event.kind === 'label') onLabel(event);
    else if (event.kind === 'failed')
      throw await asked?.then(
        () => modelFailed(),
        (failure: unknown) => failure,
      );
    else break;
  }
  await asked;
};

function modelFailed(): GatewayError {
  return new GatewayError('FAILED_DEPENDENCY', 'The model failed before it had read every line.');
}

/** Hard to guess, as the contract asks; `randomUUID` is only there on secure pages. */
function newStreamId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
