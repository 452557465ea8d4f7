/** A call as React state: only the latest counts. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { type Call, Latest, type Work } from '../model/latest.js';

/** The call's state, and how to begin another one. */
export function useLatest<TValue>(): readonly [Call<TValue>, (work?: Work<TValue>) => void] {
  const [call, setCall] = useState<Call<TValue>>({ status: 'idle', value: undefined });
  const latest = useRef<Latest<TValue>>(undefined);
  latest.current ??= new Latest<TValue>(setCall);
  useEffect(() => () => latest.current?.stop(), []);
  return [call, useCallback((work?: Work<TValue>) => latest.current?.run(work), [])];
}
