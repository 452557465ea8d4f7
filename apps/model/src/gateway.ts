/**
 * API Gateway's WebSocket API: handshake, `$connect` before anything else, routes by `svc`, frames of one connection at the same time and
 * in any order, answers as route responses, `@connections`, and the limits: 10 minutes without a frame, 2 hours at all, 32 KB a frame.
 * Source: API Gateway guide, "Overview of WebSocket APIs", and its quotas.
 */

import { GATEWAY_SERVICE } from '@org/gateway-core/protocol';
import type { SocketEvent, SocketResult } from '@org/gateway-server';
import { type ConnectionSender, SendError, type ServiceInvoker } from '@org/gateway-server/parts';
import type { Faults } from './faults.js';
import type { Host, ModelFunction } from './functions.js';
import type { Oracle } from './oracle.js';
import type { Random } from './random.js';
import type { Simulator } from './simulator.js';
import { START_MS } from './stores.js';
import type { Trace } from './trace.js';

/** The client's side of a connection. */
export interface Peer {
  opened(): void;
  /** `false`: the way is dead, though nobody has been told. */
  frame(text: string): boolean;
  closed(code: number): void;
}

/** The gateway's side of a connection. */
export interface Uplink {
  frame(text: string): void;
  close(code: number): void;
}

export type SocketFunction = ModelFunction<SocketEvent, SocketResult>;

export interface GatewayParts {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly oracle: Pick<Oracle, 'violate'>;
}

/** Functions by the service they serve; `socket` has the other routes. */
export interface Routes {
  readonly socket: SocketFunction;
  readonly services: Readonly<Record<string, SocketFunction>>;
}

export interface Gateway {
  /** A handshake arrives. */
  accept(peer: Peer): Uplink;
  /** Says which function serves what; before that nobody can connect. */
  route(routes: Routes): void;
  /** `@connections`, for the code in one container. */
  sender(host: Host): ConnectionSender;
  /** What the socket function passes frames on with. */
  invoker(host: Host): ServiceInvoker;
  /** Closes one, as AWS does now and then. */
  cut(): void;
  /** Ids of the open ones. */
  readonly connections: readonly string[];
  readonly posts: number;
  /** Frames that asked with `gw.sync`. */
  readonly syncs: number;
}

const IDLE_MS = 10 * 60_000;
const MAX_AGE_MS = 2 * 3_600_000;
const MAX_FRAME_BYTES = 32_768;
/** What our server sends in one frame, P3.1 and P3.26. */
const MAX_PUSHED_BYTES = 32_000;

interface Connection {
  readonly id: string;
  readonly peer: Peer;
  readonly connectedAtMs: number;
  state: 'connecting' | 'open' | 'closed';
  lastFrameMs: number;
  /** A frame went into a dead way: TCP will tell sooner or later. */
  isDoubted: boolean;
  cancelLimits: () => void;
}

/** No connection and no routes. */
export function createGateway({ simulator, random, faults, trace, oracle }: GatewayParts): Gateway {
  const connections = new Map<string, Connection>();
  let routes: Routes | undefined;
  let opened = 0;
  let requests = 0;
  let posts = 0;
  let syncs = 0;

  const eventOf = (connection: Connection, more: Partial<SocketEvent['requestContext']>, body?: string): SocketEvent => {
    requests += 1;
    return {
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        connectionId: connection.id,
        requestId: `R${requests}`,
        connectedAt: START_MS + connection.connectedAtMs,
        ...more,
      },
      ...(body === undefined ? {} : { body }),
      isBase64Encoded: false,
    };
  };

  const disconnect = async (connection: Connection) => {
    if (faults.hit('disconnect lost')) return;
    await simulator.sleep(faults.hit('disconnect late') ? random.between(10_000, 600_000) : random.between(5, 200));
    await routes?.socket.invoke(eventOf(connection, { routeKey: '$disconnect', eventType: 'DISCONNECT' }));
  };
  const close = (connection: Connection, code: number, isTold: boolean) => {
    if (connection.state === 'closed') return;
    const wasOpen = connection.state === 'open';
    connection.state = 'closed';
    connections.delete(connection.id);
    connection.cancelLimits();
    trace.note(connection.id, 'closed with', code);
    if (isTold) connection.peer.closed(code);
    if (wasOpen) void disconnect(connection);
  };
  /** A client in use keeps clear of the limits when nothing goes wrong. */
  const closeAt = (connection: Connection, limit: string) => {
    if (faults.counts.size === 0) oracle.violate(`${connection.id} was closed for ${limit}`);
    close(connection, 1001, true);
  };
  const watchIdle = (connection: Connection): (() => void) => {
    let cancel = () => {};
    const look = () => {
      const leftMs = connection.lastFrameMs + IDLE_MS - simulator.nowMs;
      if (leftMs <= 0) closeAt(connection, 'being idle');
      else cancel = simulator.after(leftMs, look);
    };
    look();
    return () => cancel();
  };
  const open = (connection: Connection) => {
    connection.state = 'open';
    connection.lastFrameMs = simulator.nowMs;
    const cancelIdle = watchIdle(connection);
    const cancelAge = simulator.after(connection.connectedAtMs + MAX_AGE_MS - simulator.nowMs, () => closeAt(connection, 'its age'));
    connection.cancelLimits = () => {
      cancelIdle();
      cancelAge();
    };
    connection.peer.opened();
  };
  const handshake = async (connection: Connection) => {
    const invoked = await routes?.socket.invoke(eventOf(connection, { routeKey: '$connect', eventType: 'CONNECT' }));
    if (connection.state === 'closed') return void disconnect(connection);
    if (invoked?.ok && invoked.result.statusCode === 200) open(connection);
    else close(connection, 1006, true);
  };
  const deliver = (connection: Connection, text: string) => {
    if (Buffer.byteLength(text) > MAX_PUSHED_BYTES)
      oracle.violate(`a frame of ${Buffer.byteLength(text)} bytes was sent: ${text.slice(0, 60)}`);
    if (connection.state !== 'open') return;
    connection.lastFrameMs = simulator.nowMs;
    if (connection.peer.frame(text) || connection.isDoubted) return;
    connection.isDoubted = true;
    simulator.after(random.between(20_000, 120_000), () => close(connection, 1006, false));
  };
  const serve = async (connection: Connection, text: string) => {
    await simulator.sleep(faults.hit('frame late') ? random.between(50, 1_000) : random.between(1, 12));
    const service = serviceOf(text);
    if (service === GATEWAY_SERVICE) syncs += 1;
    const serving = (service === undefined ? undefined : routes?.services[service]) ?? routes?.socket;
    const event = eventOf(connection, serving === routes?.socket ? {} : { routeKey: service ?? '' }, text);
    const invoked = await serving?.invoke(event);
    await simulator.sleep(random.between(1, 10));
    if (faults.hit('reply lost')) return;
    if (!invoked?.ok) {
      const { connectionId, requestId } = event.requestContext;
      deliver(connection, JSON.stringify({ message: 'Internal server error', connectionId, requestId }));
    } else if (invoked.result.body !== undefined) deliver(connection, invoked.result.body);
  };

  const post = async (connectionId: string, text: string): Promise<'sent' | 'gone'> => {
    posts += 1;
    await simulator.sleep(random.between(4, 25));
    if (faults.hit('post throttled')) throw new SendError('slow', 'LimitExceededException', { status: 429 });
    const connection = connections.get(connectionId);
    if (connection?.state !== 'open' || faults.hit('post gone')) return 'gone';
    if (faults.hit('post failed')) {
      if (random.chance(0.5)) deliver(connection, text);
      throw new SendError('failed', 'InternalServerErrorException', { status: 500 });
    }
    if (faults.hit('post lost')) return 'sent';
    if (faults.hit('post late')) simulator.after(random.between(10, 500), () => deliver(connection, text));
    else deliver(connection, text);
    if (faults.hit('post twice')) simulator.after(random.between(1, 300), () => deliver(connection, text));
    return 'sent';
  };

  return {
    get connections() {
      return [...connections.keys()];
    },
    get syncs() {
      return syncs;
    },
    get posts() {
      return posts;
    },
    route(next) {
      routes = next;
    },
    accept(peer) {
      opened += 1;
      const connection: Connection = {
        id: `C${opened}=`,
        peer,
        connectedAtMs: simulator.nowMs,
        state: 'connecting',
        lastFrameMs: simulator.nowMs,
        isDoubted: false,
        cancelLimits: () => {},
      };
      connections.set(connection.id, connection);
      void handshake(connection);
      return {
        frame(text) {
          if (connection.state !== 'open') return;
          connection.lastFrameMs = simulator.nowMs;
          if (Buffer.byteLength(text) > MAX_FRAME_BYTES) return close(connection, 1009, true);
          void serve(connection, text);
        },
        close: (code) => close(connection, code, false),
      };
    },
    sender: (host) => ({
      post: (connectionId, text) => host.io(() => post(connectionId, text)),
      close: (connectionId) =>
        host.io(async () => {
          await simulator.sleep(random.between(4, 25));
          if (faults.hit('post throttled')) throw new SendError('slow', 'LimitExceededException', { status: 429 });
          const connection = connections.get(connectionId);
          if (connection) close(connection, 1000, true);
        }),
    }),
    invoker: (host) => ({
      has: (service) => Object.hasOwn(routes?.services ?? {}, service),
      invoke: (service, event) =>
        host.io(async () => {
          const invoked = await routes?.services[service]?.invoke(event);
          if (!invoked?.ok) throw new Error(`function of service ${service} failed: ${invoked?.why}`);
          return invoked.result;
        }),
    }),
    cut() {
      const [...open] = connections.values();
      if (open.length > 0) close(random.pick(open), 1001, true);
    },
  };
}

/** What API Gateway's route selection finds at `$request.body.svc`: our frames have it before `params`. */
function serviceOf(text: string): string | undefined {
  return /^[^{]*\{[^{]*?"svc":"([^"]*)"/.exec(text)?.[1];
}
