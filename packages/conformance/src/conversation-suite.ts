/**
 * One conversation that every client must be able to hold with a stage: ours, stock tRPC links over HTTP and socket, and our link under a
 * stock client. The suite knows a client only as `Caller`, and the stage only as one that serves `documents` and `system`; what it
 * expects is PROTOCOL.md's, never what another client got.
 */

import { afterEach, describe, expect, it } from 'vitest';

/** A client under test, without its types. */
export interface Caller {
  query(path: string, input?: unknown, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  mutate(path: string, input?: unknown): Promise<unknown>;
  /** Absent where the transport has no subscriptions. */
  subscribe?(path: string, input: unknown, options: SubscribeOptions): Running;
  /** What a failed call says, read off the error this client throws. */
  failure(error: unknown): Failure;
  close(): Promise<void> | void;
}

export interface SubscribeOptions {
  readonly lastEventId?: string;
  readonly onStarted: () => void;
  readonly onEvent: (event: { readonly id: string; readonly data: unknown }) => void;
  readonly onError: (error: unknown) => void;
}

export interface Running {
  stop(): void;
}

export interface Failure {
  readonly code: string | undefined;
  readonly status: number | undefined;
  /** Name of the declared error. */
  readonly error: string | undefined;
  /** Data of the declared error. */
  readonly details: unknown;
  readonly message: string;
}

/** Texts that must survive every hop unharmed: scripts of several planes, JSON's escapes, and prototype names. */
const AWKWARD_TEXT = 'naïve 東京 🦊 "quoted" \\ back\u2028line __proto__ </script>';

/** A client to hold the conversation with. */
export interface ConversationOptions {
  readonly makeCaller: () => Promise<Caller> | Caller;
  /** Names that nobody has used: the stage may be shared. */
  readonly freshName: (prefix: string) => string;
  /** Whether its transport has subscriptions; their part is left out otherwise. */
  readonly subscriptions: boolean;
}

/** Declares the conversation with a client. */
export function describeConversation(name: string, { makeCaller, freshName, subscriptions }: ConversationOptions): void {
  describe(`conversation with ${name}`, () => {
    const open: Caller[] = [];
    const connect = async () => {
      const caller = await makeCaller();
      open.push(caller);
      return caller;
    };
    afterEach(async () => {
      await Promise.all(open.splice(0).map((caller) => caller.close()));
    });
    const failureOf = async (caller: Caller, call: Promise<unknown>) =>
      caller.failure(
        await call.then(
          () => expect.fail('the call succeeded'),
          (error: unknown) => error,
        ),
      );
    const save = (caller: Caller, more: object = {}) =>
      caller.mutate('documents.save', { folder: freshName('folder'), title: 'A title', body: 'A body', ...more }) as Promise<Saved>;

    it('queries without input', async () => {
      const caller = await connect();
      expect(await caller.query('system.health')).toMatchObject({ status: 'ok' });
    });

    it('carries input defaults, output and awkward texts both ways', async () => {
      const caller = await connect();
      const saved = await save(caller, { body: AWKWARD_TEXT, title: `  ${AWKWARD_TEXT}  ` });
      expect(saved).toMatchObject({ title: AWKWARD_TEXT, version: 1, bytes: Buffer.byteLength(AWKWARD_TEXT) });
      expect(await caller.query('documents.get', { id: saved.id })).toMatchObject({ id: saved.id, body: AWKWARD_TEXT });
    });

    it('answers calls made at once each with its own result', async () => {
      const caller = await connect();
      const names = ['one', 'two', 'three', 'four', 'five'];
      const saved = await Promise.all(names.map((title) => save(caller, { title })));
      expect(saved.map(({ title }) => title)).toEqual(names);
      const read = await Promise.all(saved.map(({ id }) => caller.query('documents.get', { id })));
      expect(read.map((document) => (document as Saved).title)).toEqual(names);
    });

    it('tells a declared error by name, status and data', async () => {
      const caller = await connect();
      const failure = await failureOf(caller, caller.query('documents.get', { id: 'no-such-document' }));
      expect(failure).toMatchObject({ code: 'NOT_FOUND', status: 404, error: 'NOT_FOUND', details: { id: 'no-such-document' } });
    });

    it('tells a declared error with a name of its own', async () => {
      const caller = await connect();
      const { id } = await save(caller);
      await caller.mutate('documents.edit', { id, version: 1, title: 'Second' });
      const failure = await failureOf(caller, caller.mutate('documents.edit', { id, version: 1, title: 'Late' }));
      expect(failure).toMatchObject({ code: 'CONFLICT', status: 409, error: 'STALE_VERSION', details: { id, currentVersion: 2 } });
    });

    it('fails one of several calls without failing the others', async () => {
      const caller = await connect();
      const [good, bad] = await Promise.allSettled([
        caller.query('system.whoami', { tag: ['x'] }),
        caller.query('system.whoami', { tag: [1] }),
      ]);
      expect(good).toMatchObject({ status: 'fulfilled', value: { tag: ['x'] } });
      expect(caller.failure((bad as PromiseRejectedResult).reason)).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    });

    it('says what did not fit in an input', async () => {
      const caller = await connect();
      const failure = await failureOf(caller, caller.mutate('documents.save', { folder: 'f', title: '', body: 5 }));
      expect(failure.code).toBe('BAD_REQUEST');
      expect(failure.message).toContain('title');
      expect(failure.message).toContain('body');
    });

    it('answers an unknown procedure with NOT_FOUND', async () => {
      const caller = await connect();
      expect(await failureOf(caller, caller.query('documents.nope'))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    });

    it('refuses a mutation called as a query', async () => {
      const caller = await connect();
      expect(await failureOf(caller, caller.query('documents.save', {}))).toMatchObject({ code: 'METHOD_NOT_SUPPORTED', status: 405 });
    });

    if (!subscriptions) return;

    it('delivers changes in order, tracked, from the start on', async () => {
      const caller = await connect();
      const folder = freshName('folder');
      await save(caller, { folder, title: 'before' });
      const watch = watcher(caller, folder);
      await watch.started;
      for (const title of ['1', '2', '3']) await save(caller, { folder, title });
      await watch.until(3);
      expect(watch.titles()).toEqual(['1', '2', '3']);
      expect(offsets(watch.ids())).toEqual([2, 3, 4]);
      watch.stop();
    });

    it('resumes after the last event it has', async () => {
      const caller = await connect();
      const folder = freshName('folder');
      const first = watcher(caller, folder);
      await first.started;
      await save(caller, { folder, title: 'seen' });
      await first.until(1);
      first.stop();
      for (const title of ['missed 1', 'missed 2']) await save(caller, { folder, title });
      const second = watcher(caller, folder, first.ids()[0]);
      await second.until(2);
      await save(caller, { folder, title: 'live' });
      await second.until(3);
      expect(second.titles()).toEqual(['missed 1', 'missed 2', 'live']);
      second.stop();
    });

    it('delivers nothing after a stop', async () => {
      const caller = await connect();
      const folder = freshName('folder');
      const stopped = watcher(caller, folder);
      const witness = watcher(caller, folder);
      await Promise.all([stopped.started, witness.started]);
      stopped.stop();
      await save(caller, { folder, title: 'after the stop' });
      await witness.until(1);
      expect(stopped.titles()).toEqual([]);
      witness.stop();
    });

    it('ends a subscription whose position is no event id', async () => {
      const caller = await connect();
      const failed = new Promise<unknown>((resolve) => {
        caller.subscribe?.(
          'documents.changes',
          { folder: freshName('folder') },
          { lastEventId: 'forged', onStarted: () => {}, onEvent: () => {}, onError: resolve },
        );
      });
      expect(caller.failure(await failed)).toMatchObject({ code: 'PRECONDITION_FAILED', status: 412 });
    });
  });
}

interface Saved {
  readonly id: string;
  readonly title: string;
}

/** Offsets of `epoch.offset` ids (PROTOCOL.md P3.13). */
function offsets(ids: readonly string[]): readonly number[] {
  return ids.map((id) => Number(id.slice(id.lastIndexOf('.') + 1)));
}

function watcher(caller: Caller, folder: string, lastEventId?: string) {
  const events: { id: string; data: unknown }[] = [];
  const waiting: { count: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let started: () => void = () => {};
  const startedPromise = new Promise<void>((resolve) => {
    started = resolve;
  });
  const running = caller.subscribe?.(
    'documents.changes',
    { folder },
    {
      ...(lastEventId === undefined ? {} : { lastEventId }),
      onStarted: () => started(),
      onEvent: (event) => {
        events.push(event);
        for (const wait of waiting) if (events.length >= wait.count) wait.resolve();
      },
      onError: (error) => {
        for (const wait of waiting) wait.reject(error);
      },
    },
  );
  return {
    started: startedPromise,
    until: (count: number) =>
      events.length >= count ? Promise.resolve() : new Promise<void>((resolve, reject) => waiting.push({ count, resolve, reject })),
    titles: () => events.map((event) => (event.data as { document: Saved }).document.title),
    ids: () => events.map((event) => event.id),
    stop: () => running?.stop(),
  };
}
