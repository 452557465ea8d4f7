/**
 * What every test of the gateway needs: the environment, the time at which tests start, a journal, functions in place of Lambda, and ways to wait
 * for something without sleeping.
 */
import type { Environment, Invoke, InvokeResult, Report, ReportEntry } from '../parts.js';

export const ENVIRONMENT: Environment = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' };
/** 2023-11-14T22:13:20.123Z */
export const NOW_MS = 1_700_000_000_123;

/** A journal to read in assertions. */
export function createJournal(): { readonly entries: ReportEntry[]; readonly report: Report } {
  const entries: ReportEntry[] = [];
  return { entries, report: (entry) => entries.push(entry) };
}

/** What a test's function does with an event; the value becomes the payload, a thrown error a function error. */
export type TestFunction = (event: TestEvent) => unknown;

/** The parts of events that tests read without narrowing. */
export interface TestEvent {
  readonly [key: string]: unknown;
  readonly body: string | null;
  readonly requestContext: { readonly [key: string]: unknown; readonly connectionId: string; readonly routeKey: string };
}

export function invokeWith(handler: TestFunction): Invoke {
  return async (_functionName, payload): Promise<InvokeResult> => {
    try {
      return { statusCode: 200, payload: JSON.stringify((await handler(payload as TestEvent)) ?? null) };
    } catch (error) {
      return {
        statusCode: 200,
        payload: JSON.stringify({ errorType: 'Error', errorMessage: String(error), trace: [] }),
        functionError: 'Unhandled',
      };
    }
  };
}

/** A promise to await and the function that ends the wait. */
export function signal<TValue = void>(): { readonly promise: Promise<TValue>; readonly resolve: (value: TValue) => void } {
  let resolve: (value: TValue) => void = () => undefined;
  const promise = new Promise<TValue>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Collects values and lets a test wait for the next one. */
export function createQueue<TValue>(): { readonly push: (value: TValue) => void; readonly next: () => Promise<TValue> } {
  const ready: TValue[] = [];
  const waiting: ((value: TValue) => void)[] = [];
  return {
    push: (value) => {
      const waiter = waiting.shift();
      if (waiter) waiter(value);
      else ready.push(value);
    },
    next: () => {
      const value = ready.shift();
      return value === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(value);
    },
  };
}

/** A function that notes its events and answers 200. */
export function noting(events: { readonly push: (event: TestEvent) => void }): TestFunction {
  return (event) => {
    events.push(event);
    return { statusCode: 200 };
  };
}

/** A function that says when it was called and never answers. */
export function hanging(called: { readonly resolve: (value: undefined) => void }): TestFunction {
  return () => {
    called.resolve(undefined);
    return new Promise(() => undefined);
  };
}
