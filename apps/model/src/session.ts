/**
 * One page with the real client in it: what a tab is. It follows topics, makes calls, and remembers where it stood, so that the page that
 * comes after it goes on there.
 */

import { createGatewayClient, type GatewayClientOptions, GatewayError } from '@org/gateway-client';
import type { EventsFrame } from '@org/gateway-core/protocol';
import type { World } from './backend.js';
import type { Gateway } from './gateway.js';
import { createNetwork, type Network, type Tap } from './network.js';
import type { Reader } from './oracle.js';
import { createPage, type Page } from './page.js';
import { type ModelContract, topicOf } from './service.js';

/** Where a loop stood when its page went. */
export interface Place {
  readonly topic: string;
  readonly from: string | undefined;
}

/** A page and its client. */
export interface Session {
  readonly page: Page;
  readonly network: Network;
  /** Follows a topic until it is left. */
  follow(place: Place): void;
  /** Leaves one of the loops, if there are several. */
  leave(): void;
  /** Calls something over the socket. */
  call(): void;
  /** Loops that run. */
  readonly loops: number;
  /** Calls that have not been answered. */
  readonly pending: number;
  /** The page goes without a word; the places of its loops. */
  discard(): readonly Place[];
  /** `$close()`. */
  close(): void;
}

export interface SessionOptions {
  readonly name: string;
  readonly gateway: Gateway;
  readonly topics: readonly string[];
}

const CALL_TIMEOUT_MS = 10_000;
/** Of a loop that ended in an error that may pass. */
const RETRY_MS = 1_000;

interface Loop {
  readonly topic: string;
  readonly reader: Reader;
  readonly controller: AbortController;
}

/** Opens a page. */
export function openSession(world: World, { name, gateway, topics }: SessionOptions): Session {
  const { simulator, random, faults, trace, oracle, mutant } = world;
  const page = createPage(simulator);
  const tap: Tap = (direction, text, connection) => {
    const passed = mutant.tap ? mutant.tap(direction, text, connection) : text;
    if (mutant.takesPushes && direction === 'down' && passed !== undefined) takePush(passed);
    return passed;
  };
  const network = createNetwork({ ...world, gateway, page, name, tap });
  const own = random.fork();
  const client = createGatewayClient<ModelContract>({
    url: 'https://model.example/prod',
    socketUrl: 'wss://model.example/prod',
    WebSocket: network.WebSocket,
    clock: mutant.clock ? mutant.clock(page.clock) : page.clock,
    page: page.events as unknown as NonNullable<GatewayClientOptions['page']>,
    random: own.next,
  });
  const loops = new Set<Loop>();
  let isOver = false;
  let calls = 0;
  let pending = 0;
  const pause = (delayMs: number) => new Promise<void>((resolve) => page.clock.after(delayMs, resolve));

  const read = async ({ topic, reader, controller }: Loop, from: string | undefined): Promise<void> => {
    const onReset = random.chance(0.5)
      ? ({ reason, position }: { readonly reason: string; readonly position: string }) => reader.reset(reason, position)
      : undefined;
    const maxQueuedEvents = random.pick([undefined, 10, 2]);
    const options = { signal: controller.signal, lastEventId: from, onStarted: reader.started, onReset, maxQueuedEvents };
    for await (const { id, data } of client.room.changes.subscribe({ topic }, options).tracked()) {
      if (isOver) return;
      if (!mutant.takesPushes) reader.event(id, data.value);
      if (faults.hit('reader slow')) await pause(random.between(100, 20_000));
    }
  };
  const takePush = (text: string) => {
    const { method, params } = JSON.parse(text) as Pick<EventsFrame, 'params'> & { readonly method?: string };
    if (method !== 'gw.ev') return;
    for (const { topic, reader } of loops) {
      if (topicOf(topic) !== params.t) continue;
      for (const [offset, data] of params.x) reader.event(`${params.e}.${offset}`, (data as { readonly value: string }).value);
    }
  };
  const follow = ({ topic, from }: Place) => {
    const who = `${name}.${topic}${loops.size}`;
    const loop: Loop = {
      topic,
      reader: oracle.open({ who, topic: topicOf(topic), from }),
      controller: new AbortController(),
    };
    loops.add(loop);
    trace.note(who, 'follows from', from);
    void read(loop, from)
      .then(() => loop.reader.end())
      .catch(async (cause: unknown) => {
        if (isOver) return;
        trace.note(who, 'ends with', String(cause));
        const isReset = cause instanceof GatewayError && cause.code === 'PRECONDITION_FAILED';
        if (isReset) loop.reader.reset(cause.message);
        loop.reader.end();
        await pause(RETRY_MS);
        if (!loop.controller.signal.aborted) follow({ topic, from: isReset ? undefined : loop.reader.cursor });
      })
      .finally(() => loops.delete(loop));
  };

  /** Every call ends within its time, whatever happens; a page's time stands still with the page. */
  const timed = async (what: string, call: () => Promise<unknown>) => {
    const beganMs = simulator.nowMs;
    const frozenMs = page.frozenMs;
    pending += 1;
    try {
      await call();
    } catch (cause) {
      if (!(cause instanceof GatewayError)) oracle.violate(`${what} ended in what is no GatewayError: ${String(cause)}`);
    }
    pending -= 1;
    const tookMs = simulator.nowMs - beganMs - (page.frozenMs - frozenMs);
    if (!isOver && tookMs > CALL_TIMEOUT_MS + 1_000) oracle.violate(`${what} took ${tookMs} ms, its deadline was ${CALL_TIMEOUT_MS}`);
  };

  return {
    page,
    network,
    follow,
    leave() {
      const [first, ...others] = loops;
      if (others.length > 0) first?.controller.abort();
    },
    call() {
      calls += 1;
      const call = `${name}:${calls}`;
      const options = { over: 'socket', timeoutMs: CALL_TIMEOUT_MS } as const;
      const add = (key: string | false | undefined) => async () => {
        const { effect } = await client.room.add.mutate({ call }, { ...options, key });
        oracle.answered(call, effect);
      };
      const set = async () => {
        const { effect } = await client.room.set.mutate({ call }, options);
        oracle.answered(call, effect);
      };
      const kinds = [
        set,
        () => client.room.read.query({ call }, options),
        add(undefined),
        add(false),
        add(`key of ${call}`),
        () => client.room.say.mutate({ topic: random.pick(topics), value: call }, options),
      ];
      void timed(call, random.pick(kinds));
    },
    get loops() {
      return loops.size;
    },
    get pending() {
      return pending;
    },
    discard() {
      isOver = true;
      const places = [...loops].map(({ topic, reader }) => ({ topic, from: reader.cursor }));
      for (const { reader } of loops) reader.end();
      network.closeAll();
      page.discard();
      return places;
    },
    close() {
      isOver = true;
      for (const { reader } of loops) reader.end();
      client.$close();
    },
  };
}
