/**
 * One subscription: a cursor that survives connections, and a queue between the wire and the loop that reads it. It hands on every
 * event of its topic once and in order: what it has is dropped, and a hole is asked for again. Events whose ids are of another epoch,
 * or not of this protocol, are handed on as they come. PROTOCOL.md sections 3.3 and 3.4.
 *
 * When it knows its place it leaves a connection before it starts on the next, since everything after that place is replayed; without
 * a place it stays on both until the new one has started.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import { parseEventId } from '@org/gateway-core/protocol';
import type { TrackedEvent } from '../client-types.js';
import type { Clock } from '../clock.js';
import { answerFailure } from '../failure.js';
import type { SubscribeOptions } from '../options.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { eventQueue } from './event-queue.js';
import { checkFrameInput } from './frame-input.js';

/** How often a hole is asked for before the server is taken at its word that it cannot fill it. */
const MAX_GAP_REQUESTS = 5;
const START_TIMEOUT_MS = 30_000;

/** What a feed reads. */
export interface FeedSource {
  readonly path: string;
  readonly input: unknown;
  readonly options: SubscribeOptions;
  /** Whether events come with their ids. */
  readonly tracked: boolean;
}

/** An iterator whose `return` may be called while `next` is pending, which then ends. */
export type Feed = Required<Pick<AsyncIterator<unknown, undefined>, 'next' | 'return'>>;

/** Opens a subscription. @throws TypeError for an input JSON cannot carry */
export function openFeed({ path, input, options, tracked }: FeedSource, connection: SocketConnection, clock: Clock): Feed {
  const { signal, lastEventId, timeoutMs = START_TIMEOUT_MS, maxQueuedEvents = 1_000 } = options;
  const json = JSON.stringify(input);
  checkFrameInput(path, json);
  /** Id of the last event queued. */
  let cursor = lastEventId;
  let gapRequests = 0;
  /** The queue was full: nothing is asked for until the loop has emptied it. */
  let isPaused = false;
  /** Ends the subscription on the link it is on. */
  let leave: ((stop?: boolean) => void) | undefined;
  let cancelDeadline = () => {};

  let isEnded = false;

  const quit = () => {
    cancelDeadline();
    leave?.(true);
  };
  const restart = () => {
    quit();
    connection.add(request);
  };
  const queue = eventQueue(() => {
    if (isPaused) connection.add(request);
  });
  const end = (error?: GatewayError) => {
    isEnded = true;
    isPaused = false;
    quit();
    signal?.removeEventListener('abort', close);
    connection.remove(request);
    queue.end(error);
  };
  const close = () => {
    queue.values.length = 0;
    end();
  };
  const invalid = (got: string) => answerFailure(path, undefined, { got });
  const accept = (id: string, data: unknown) => {
    const ahead = distance(cursor, id);
    if (ahead > 1) {
      gapRequests += 1;
      if (gapRequests > MAX_GAP_REQUESTS) end(invalid(`${id} after ${cursor} repeatedly`));
      else restart();
    } else if (ahead === 1 && queue.values.length < maxQueuedEvents) {
      cursor = id;
      gapRequests = 0;
      queue.push(tracked ? { id, data } : data);
    } else if (ahead === 1) {
      isPaused = true;
      quit();
    }
  };
  const request: SocketRequest = {
    start(link) {
      const leaveOld = leave;
      if (cursor !== undefined) leaveOld?.(true);
      if (isPaused && queue.values.length) return;
      isPaused = false;
      const leaveNew = link.request({ method: 'subscription', path, json, lastEventId: cursor }, ({ error, result, lost }) => {
        const type = result?.type;
        if (isEnded || lost) return;
        if (type === 'started') {
          // Its place until the first event: what happens while a connection is lost is replayed even then.
          cursor ??= result?.id;
          leaveOld?.(true);
          cancelDeadline();
          options.onStarted?.();
        } else if (type === 'data') {
          const event = result?.data as Partial<TrackedEvent<unknown>> | undefined;
          const id = result?.id ?? event?.id;
          if (id) accept(id, event?.data);
          else end(invalid('an event without an id'));
        } else {
          leaveNew();
          end(type === 'stopped' ? undefined : answerFailure(path, error, { got: 'no result' }));
        }
      });
      leave = leaveNew;
      cancelDeadline();
      cancelDeadline = clock.after(timeoutMs, restart, true);
    },
    end: (error) => (error ? end(error) : close()),
  };

  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  else connection.add(request);
  return {
    next: queue.next,
    async return() {
      close();
      return { done: true, value: undefined };
    },
  };
}

/** How far an event is from the last one: 1 is the next, more is a hole, less is one that is known. Ids that cannot be compared are next. */
function distance(last: string | undefined, id: string): number {
  if (id === last) return 0;
  const from = last && parseEventId(last);
  const to = parseEventId(id);
  return from && to && from.epoch === to.epoch ? to.offset - from.offset : 1;
}
