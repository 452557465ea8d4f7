/**
 * What subscribers of the mock follow: one log for each subscription and input, as dense and ordered as the server's, so that a client that
 * reconnects misses nothing. A handler's events are read while somebody follows.
 */

import type { OffsetEvent } from '@org/gateway-core/protocol';

/** A follower of a topic: one subscription on one connection. */
export interface Follower {
  /** Events as they come. */
  push(events: readonly OffsetEvent[]): void;
  /** No more will come: the handler's events ended, or failed. */
  end(failure?: unknown): void;
}

/** Where a subscription begins, the events after that, and why it cannot begin where it asked. */
export interface TopicStart {
  readonly position: string;
  readonly events: readonly OffsetEvent[];
  readonly reset?: 'epoch' | 'ahead';
}

/** A log and who follows it. */
export interface MockTopic {
  readonly name: string;
  readonly path: string;
  readonly epoch: string;
  /** Id of the newest event. */
  readonly head: string;
  /** A handler's events are being read. */
  readonly isFed: boolean;
  from(position: string | undefined): TopicStart;
  /** The answer ends it: `stopped` by its caller, and not by a connection that broke. With the last one the handler's events end. */
  follow(follower: Follower): (stopped: boolean) => void;
  append(event: unknown): void;
  /** Reads a handler's events until they end, or the controller aborts. */
  feed(events: AsyncIterable<unknown> | Iterable<unknown>, controller: AbortController): void;
  /** Nothing is read any more. */
  close(): void;
}

/** All topics of a mock. */
export interface MockTopics {
  /** That of an input, made when it is first followed or written. */
  open(path: string, input: unknown): MockTopic;
  /** Of a procedure: that of an input, or all that anybody has followed. */
  of(path: string, input: unknown): readonly MockTopic[];
  /** Every log begins anew: who comes back is told that it missed events. */
  forget(): void;
}

/** What an event becomes before it is stored. */
export type Prepare = (path: string, event: unknown) => Promise<unknown>;

export function createTopics(prepare: Prepare): MockTopics {
  const topics = new Map<string, MockTopic>();
  let epoch = 1;
  const open = (path: string, input: unknown) => {
    const name = nameOf(path, input);
    const topic = topics.get(name) ?? createTopic({ name, path, epoch: `m${epoch}` }, prepare);
    topics.set(name, topic);
    return topic;
  };
  return {
    open,
    of: (path, input) => (input === undefined ? [...topics.values()].filter((topic) => topic.path === path) : [open(path, input)]),
    forget() {
      epoch += 1;
      for (const topic of topics.values()) topic.close();
      topics.clear();
    },
  };
}

/** The order of an input's fields makes no difference. */
function nameOf(path: string, input: unknown): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return `${path}/${JSON.stringify(input ?? null, sorted)}`;
}

function createTopic(about: Pick<MockTopic, 'name' | 'path' | 'epoch'>, prepare: Prepare): MockTopic {
  const { path, epoch } = about;
  const events: OffsetEvent[] = [];
  const followers = new Set<Follower>();
  let feeding: AbortController | undefined;
  const topic: MockTopic = {
    ...about,
    get head() {
      return `${epoch}.${events.length}`;
    },
    get isFed() {
      return feeding !== undefined;
    },
    from(position) {
      const nothing = { position: topic.head, events: [] };
      if (position === undefined) return nothing;
      const [askedEpoch, offset] = position.split('.');
      if (askedEpoch !== epoch) return { ...nothing, reset: 'epoch' };
      if (Number(offset) > events.length) return { ...nothing, reset: 'ahead' };
      return { position, events: events.slice(Number(offset)) };
    },
    follow(follower) {
      followers.add(follower);
      return (stopped) => {
        followers.delete(follower);
        if (stopped && followers.size === 0) topic.close();
      };
    },
    append(event) {
      const numbered: OffsetEvent = [events.length + 1, event];
      events.push(numbered);
      for (const follower of [...followers]) follower.push([numbered]);
    },
    feed(given, controller) {
      feeding = controller;
      const end = (failure?: unknown) => {
        if (controller.signal.aborted) return;
        feeding = undefined;
        for (const follower of [...followers]) follower.end(failure);
        followers.clear();
      };
      readWhile(given, controller.signal, async (event) => topic.append(await prepare(path, event))).then(() => end(), end);
    },
    close() {
      feeding?.abort();
      feeding = undefined;
    },
  };
  return topic;
}

/** Reads to the end or the abort, also of a generator that waits for ever. */
async function readWhile(
  events: AsyncIterable<unknown> | Iterable<unknown>,
  signal: AbortSignal,
  take: (event: unknown) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (signal.aborted || !next) return void iterator.return?.();
    if (next.done) return;
    await take(next.value);
  }
}
