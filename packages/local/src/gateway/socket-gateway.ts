/**
 * The heart of a WebSocket API: runs `$connect` before a handshake is answered, gives every frame an invocation of its own, and tells
 * `$disconnect` when a connection is gone.
 *
 * Frames of one connection are never queued behind each other: AWS promises no order, and a stage that gave one would hide races.
 * An upgrade waits for `$connect`; until it is done the connection does not exist for `@connections` (410).
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { FaultBoard } from '../faults/board.js';
import type { Report } from '../parts.js';
import { createFrameScanner } from './frame-limit.js';
import { type Handshake, readHandshake, refuseHandshake, returnedSubprotocol } from './handshake.js';
import { extendedId, type Random } from './identifiers.js';
import { type Ending, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, SocketConnection } from './socket-connection.js';
import { type ConnectionFacts, connectEvent, disconnectEvent, messageEvent, type Occasion, socketContext } from './socket-event.js';
import { type IntegrationOutcome, type IntegrationSurroundings, type RouteCall, runIntegration } from './socket-integration.js';
import type { SocketRoute } from './socket-model.js';
import { createTokenBucket, type TokenBucket } from './throttle.js';
import { WorkInProgress } from './work-in-progress.js';

/** What the gateway of one API works with. */
export interface SocketSurroundings extends IntegrationSurroundings {
  readonly report: Report;
  readonly random: Random;
  readonly faults: FaultBoard;
}

/** The connections of one API. */
export class SocketGateway {
  /** Established connections by id. */
  readonly connections = new Map<string, SocketConnection>();
  readonly #surroundings: SocketSurroundings;
  readonly #pending = new Set<Duplex>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #subprotocols = new WeakMap<IncomingMessage, string>();
  readonly #server: WebSocketServer;
  /** Invocations, and connections until they are closed. */
  readonly #work = new WorkInProgress();
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(surroundings: SocketSurroundings) {
    this.#surroundings = surroundings;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (_, request) => this.#subprotocols.get(request) ?? false,
    });
  }

  /** Answers an HTTP upgrade. Never rejects. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    return this.#work.track(this.#upgrade(request, socket, head));
  }

  /**
   * Closes every connection with 1001 and lets `$disconnect` and the other invocations end, for a second at most. What takes longer is cut
   * off, and its `$disconnect` is not run.
   */
  async close(): Promise<void> {
    this.#state = 'closing';
    for (const socket of this.#pending) socket.destroy();
    for (const connection of this.connections.values()) connection.close(1001, 'Going away');
    await this.#work.finish();
    this.#state = 'closed';
    for (const connection of this.connections.values()) connection.drop();
    this.#server.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    if (this.#state !== 'open') {
      socket.destroy();
      return;
    }
    const { model, clock, random } = this.#surroundings;
    const handshake = readHandshake(request, { stageName: model.stageName, clock, random });
    const connectionId = extendedId(random);
    if ('statusCode' in handshake) {
      refuseHandshake(socket, handshake.statusCode, { message: handshake.message, connectionId, requestId: extendedId(random) });
      return;
    }
    const { host, sourceIp, userAgent } = handshake;
    const facts: ConnectionFacts = { connectionId, connectedAtMs: clock.now(), host, sourceIp, userAgent };
    this.#pending.add(socket);
    const spoilt = await this.#spoil();
    const outcome =
      typeof spoilt === 'object' ? { ...spoilt, requestId: extendedId(random), headers: {} } : await this.#connect(facts, handshake);
    this.#pending.delete(socket);
    if (spoilt === 'cut') {
      socket.destroy();
      return;
    }
    if (outcome.statusCode < 200 || outcome.statusCode > 299) {
      const message = outcome.statusCode >= 500 ? 'Internal server error' : (STATUS_CODES[outcome.statusCode] ?? 'Forbidden');
      refuseHandshake(socket, outcome.statusCode, { message, connectionId, requestId: outcome.requestId });
    } else this.#establish(facts, { request, socket, head, subprotocol: returnedSubprotocol(outcome.headers) });
  }

  /** What faults do to a handshake: a status instead of `$connect`, or none after it. */
  async #spoil(): Promise<{ readonly statusCode: number } | 'cut' | undefined> {
    const { faults, clock } = this.#surroundings;
    const effects = faults.draw('connect', {}).map(({ effect }) => effect);
    const delayMs = effects.reduce((sum, effect) => sum + faults.delayMs(effect), 0);
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    return effects.find((effect) => effect === 'cut' || 'statusCode' in effect) as { readonly statusCode: number } | 'cut' | undefined;
  }

  async #connect(
    facts: ConnectionFacts,
    handshake: Handshake,
  ): Promise<{ statusCode: number; requestId: string; headers: Readonly<Record<string, unknown>> }> {
    const { model, random, clock } = this.#surroundings;
    const occasion: Occasion = { routeKey: '$connect', eventType: 'CONNECT', requestId: extendedId(random), nowMs: clock.now() };
    const { requestId } = occasion;
    if (!this.#takeToken('$connect')) return { statusCode: 429, requestId, headers: {} };
    const route = model.routes.get('$connect');
    if (!route) return { statusCode: 200, requestId, headers: {} };
    const context = socketContext(model, facts, occasion);
    const outcome = await this.#run({ route, context, event: connectEvent(model, context, handshake), body: '' });
    return { statusCode: outcome.statusCode, requestId, headers: outcome.kind === 'ok' ? outcome.headers : {} };
  }

  #establish(
    facts: ConnectionFacts,
    { request, socket, head, subprotocol }: { request: IncomingMessage; socket: Duplex; head: Buffer; subprotocol: string | undefined },
  ): void {
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      void this.#disconnect(facts, { code: 1006, reason: '' });
      return;
    }
    if (subprotocol !== undefined) this.#subprotocols.set(request, subprotocol);
    let connection: SocketConnection | undefined;
    let settle: () => void = () => undefined;
    void this.#work.track(new Promise<void>((resolve) => (settle = resolve)));
    socket.on(
      'data',
      createFrameScanner(MAX_FRAME_BYTES, () => connection?.close(1009, 'Message too big')),
    );
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      connection = new SocketConnection({
        facts,
        socket: webSocket,
        clock: this.#surroundings.clock,
        onFrame: (text) => this.#dispatch(facts, text),
        onClosed: (ending) => {
          this.connections.delete(facts.connectionId);
          void this.#disconnect(facts, ending);
          settle();
        },
      });
      this.connections.set(facts.connectionId, connection);
    });
  }

  #dispatch(facts: ConnectionFacts, text: string): void {
    const run = (): void => {
      this.#message(facts, text).catch((cause: unknown) => {
        this.#surroundings.report({ level: 'error', part: 'socket', message: `a frame of ${facts.connectionId} failed: ${String(cause)}` });
        this.#sendError(facts, 'Internal server error', extendedId(this.#surroundings.random));
      });
    };
    const { faults, clock, random } = this.#surroundings;
    const effects = faults.draw('frame', { connectionId: facts.connectionId, text }).map(({ effect }) => effect);
    if (effects.includes('lose')) return;
    if (effects.includes('fail')) {
      this.#sendError(facts, 'Internal server error', extendedId(random));
      return;
    }
    const delayMs = effects.reduce((sum, effect) => sum + faults.delayMs(effect), 0);
    if (delayMs === 0) run();
    else clock.after(delayMs, run);
  }

  async #message(facts: ConnectionFacts, body: string): Promise<void> {
    const { model, random, clock } = this.#surroundings;
    const route = this.#routeOf(body);
    const requestId = extendedId(random);
    if (!route) return this.#sendError(facts, 'Forbidden', requestId);
    if (!this.#takeToken(route.routeKey)) return this.#sendError(facts, 'Too Many Requests', requestId);
    const { routeKey } = route;
    const occasion: Occasion = { routeKey, messageId: extendedId(random), eventType: 'MESSAGE', requestId, nowMs: clock.now() };
    const context = socketContext(model, facts, occasion);
    const outcome = await this.#run({ route, context, event: messageEvent(model, context, body), body });
    if (outcome.kind === 'failed') this.#sendError(facts, 'Internal server error', requestId);
    else if (route.responds && outcome.body !== '') this.#send(facts, outcome.body);
  }

  /** Keys that start with `$` are AWS's own: a frame can't name them. */
  #routeOf(frame: string): SocketRoute | undefined {
    const { routes, selectRoute } = this.#surroundings.model;
    const value = selectRoute(frame);
    const route = value === undefined || value.startsWith('$') ? undefined : routes.get(value);
    return route ?? routes.get('$default');
  }

  async #disconnect(facts: ConnectionFacts, ending: Ending): Promise<void> {
    const { model, clock, faults } = this.#surroundings;
    const route = model.routes.get('$disconnect');
    if (!route || this.#state === 'closed') return;
    const effects = faults.draw('disconnect', { connectionId: facts.connectionId }).map(({ effect }) => effect);
    if (effects.includes('lose')) return;
    const delayMs = effects.reduce((sum, effect) => sum + faults.delayMs(effect), 0);
    if (delayMs === 0) await this.#tellDisconnect(route, { facts, ending });
    else clock.after(delayMs, () => void (this.#state !== 'closed' && this.#tellDisconnect(route, { facts, ending })));
  }

  async #tellDisconnect(route: SocketRoute, { facts, ending }: { facts: ConnectionFacts; ending: Ending }): Promise<void> {
    const { model, random, clock } = this.#surroundings;
    const context = socketContext(model, facts, {
      routeKey: '$disconnect',
      disconnectStatusCode: ending.code,
      disconnectReason: ending.reason,
      eventType: 'DISCONNECT',
      requestId: extendedId(random),
      nowMs: clock.now(),
    });
    await this.#run({ route, context, event: disconnectEvent(model, context, facts.host), body: '' });
  }

  async #run(call: RouteCall): Promise<IntegrationOutcome> {
    const { model, report, clock } = this.#surroundings;
    const startedAtMs = clock.now();
    const outcome = await this.#work.track(runIntegration(call, this.#surroundings));
    const { routeKey, connectionId } = call.context;
    if (outcome.kind === 'failed') {
      report({
        level: 'error',
        part: 'socket',
        message: `${String(routeKey)}: ${outcome.statusCode} ${outcome.hint}`,
        detail: { connectionId },
      });
    }
    if (model.accessLog !== undefined) {
      const integrationLatency = clock.now() - startedAtMs;
      const message = model.accessLog({ ...call.context, status: outcome.statusCode, integrationLatency });
      report({ level: 'info', part: 'socket', message, detail: { accessLog: true } });
    }
    return outcome;
  }

  #takeToken(routeKey: string): boolean {
    const { model, clock } = this.#surroundings;
    const limits = model.throttleOf(routeKey);
    const bucket = this.#buckets.get(routeKey) ?? (limits ? createTokenBucket(limits, clock) : () => true);
    this.#buckets.set(routeKey, bucket);
    return bucket();
  }

  /** The frame AWS sends in its own name: it has no id of the message that caused it. */
  #sendError(facts: ConnectionFacts, message: string, requestId: string): void {
    this.#send(facts, JSON.stringify({ message, connectionId: facts.connectionId, requestId }));
  }

  #send({ connectionId }: ConnectionFacts, text: string): void {
    const result = this.connections.get(connectionId)?.send(Buffer.from(text)) ?? 'gone';
    if (result === 'sent') return;
    this.#surroundings.report({
      level: 'warn',
      part: 'socket',
      message: `an answer to ${connectionId} was not sent: the connection is ${result}`,
    });
  }
}
