/**
 * One subscription: a cursor that survives connections, and a queue between the wire and the loop that reads it. It hands on every
 * event of its topic once and in order: what it has is dropped, and a hole is asked for again. Events whose ids are of another epoch,
 * or not of this protocol, are handed on as they come. PROTOCOL.md sections 3.3 and 3.4.
 *
 * When it knows its place it leaves a connection before it starts on the next, since everything after that place is replayed; without
 * a place it stays on both until the new one has started.
 */

import type { ErrorShape, GatewayError } from '@org/gateway-core/errors';
import type { TrackedEvent } from '../client-types.js';
import { alarmOf, systemClock } from '../clock.js';
import { answerFailure } from '../failure.js';
import type { HttpOptions, SubscribeOptions } from '../options.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { distance } from './event-distance.js';
import { eventQueue } from './event-queue.js';
import { frameFailure } from './frame-input.js';
import { MAX_GAP_REQUESTS, MAX_QUEUED_EVENTS } from './limits.js';

/** An iterator whose `return` may be called while `next` is pending, which then ends. */
export type Feed = Required<Pick<AsyncIterator<unknown, void, void>, 'next' | 'return'>>;

/** What a caller passes to `subscribe`. */
export type SubscribeArguments = readonly [input?: unknown, options?: SubscribeOptions];

/**
 * Opens a feed; `tracked` yields events with their ids.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE
 * @throws TypeError for an input JSON cannot carry
 */
export type FeedOpener = (path: string, tracked: boolean, own: SubscribeArguments) => Feed;

/** Opens feeds over a connection. */
export function feedsOf({ clock = systemClock, timeoutMs: defaultMs = 30_000 }: HttpOptions, connection: SocketConnection): FeedOpener {
  return (path, tracked, [input, options = {}]) => {
    const { signal, lastEventId, timeoutMs = defaultMs, maxQueuedEvents = MAX_QUEUED_EVENTS } = options;
    const json = JSON.stringify(input);
    const tooLarge = frameFailure(path, json);
    if (tooLarge) throw tooLarge;
    const deadline = alarmOf(clock);
    /** Id of the last event queued. */
    let cursor = lastEventId;
    let gapRequests = 0;
    /** The queue was full: nothing is asked for until the loop has emptied it. */
    let isPaused = false;
    let isEnded = false;
    /** Ends the subscription on the link it is on. */
    let leave: ((stop?: boolean) => void) | undefined;

    const quit = () => {
      deadline();
      leave?.(true);
    };
    const restart = () => {
      quit();
      connection.add(request);
    };
    const values: unknown[] = [];
    const queue = eventQueue(values, () => {
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
      values.length = 0;
      end();
    };
    const refuse = (got: string, error?: ErrorShape) => end(answerFailure(path, error, { got }));
    const accept = (id: string, data: unknown) => {
      const ahead = distance(cursor, id);
      if (ahead > 1) {
        gapRequests += 1;
        if (gapRequests > MAX_GAP_REQUESTS) refuse(`${id} after ${cursor} repeatedly`);
        else restart();
      } else if (ahead === 1) {
        if (values.length < maxQueuedEvents) {
          cursor = id;
          gapRequests = 0;
          queue.push(tracked ? { id, data } : data);
        } else {
          isPaused = true;
          quit();
        }
      }
    };
    const request: SocketRequest = {
      start(link) {
        const leaveOld = leave;
        if (cursor) quit();
        if (isPaused && values.length) return;
        isPaused = false;
        const leaveNew = link.request({ kind: 'subscription', path, json, lastEventId: cursor }, ({ error, result }, lost) => {
          const type = result?.type;
          if (isEnded || lost) return;
          if (type === 'started') {
            // Its place until the first event: what happens while a connection is lost is replayed even then.
            cursor ??= result?.id;
            leaveOld?.(true);
            deadline();
            options.onStarted?.();
          } else if (type === 'data') {
            const event = result?.data as Partial<TrackedEvent<unknown>> | undefined;
            const id = result?.id ?? event?.id;
            if (id) accept(id, event?.data);
            else refuse('no event id');
          } else {
            leaveNew();
            if (type === 'stopped') end();
            else refuse('no result', error);
          }
        });
        leave = leaveNew;
        deadline(timeoutMs, restart);
      },
      end,
      abort: close,
    };

    signal?.addEventListener('abort', close);
    if (signal?.aborted) close();
    else connection.add(request);
    return {
      next: () => queue.events.next(),
      return() {
        close();
        return queue.events.return();
      },
    };
  };
}
