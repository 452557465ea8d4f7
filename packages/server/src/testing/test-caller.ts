/**
 * Somebody who calls the services of a test: writes events as API Gateway does, and reads answers as the client does.
 */

import type { AnyContract } from '@org/gateway-core';
import { type GatewayStart, parseEventId, RPC_ROOT } from '@org/gateway-core/protocol';
import { revive, wireForm } from '@org/gateway-core/wire-value';
import type { Identity } from '../identity/identity.js';
import type { RestEvent } from '../rest/rest-event.js';
import type { RestResult } from '../rest/rest-result.js';
import type { SocketEvent, SocketResult } from '../websocket/socket-event.js';
import { type Answered, dataOf } from './read-answer.js';
import { messageEvent, restEventV1, restEventV2 } from './test-events.js';
import type { TestStage } from './test-stage.js';
import type { TestCallOptions, TestSubscribeOptions, TestSubscription, TestUser } from './test-types.js';

/** Where calls go. */
export interface Faces {
  readonly stage: TestStage;
  rest(event: RestEvent): Promise<RestResult>;
  message(event: SocketEvent): Promise<SocketResult>;
}

/** The procedures of a contract, called by a user or by nobody. */
export function createCaller({ services }: AnyContract, faces: Faces, user: TestUser | undefined): object {
  const caller = { ...faces, ...identityOf(faces, user) };
  const socket = openSocket(caller);
  const procedure = (service: string, name: string) => ({
    query: (input?: unknown, options: TestCallOptions = {}) => call(caller, socket, { service, name, kind: 'query', input }, options),
    mutate: (input?: unknown, options: TestCallOptions = {}) => call(caller, socket, { service, name, kind: 'mutation', input }, options),
    subscribe: (input?: unknown, options: TestSubscribeOptions = {}) => subscribe(caller, socket, { service, name, input }, options),
  });
  return Object.fromEntries(
    Object.values(services).map(({ name: service, procedures }) => [
      service,
      Object.fromEntries(Object.keys(procedures).map((name) => [name, procedure(service, name)])),
    ]),
  );
}

interface Caller extends Faces {
  readonly identity: Identity | null;
  readonly token: string | undefined;
}

/** A token that only this test knows; its holder is the user. */
function identityOf({ stage }: Faces, user: TestUser | undefined): Pick<Caller, 'identity' | 'token'> {
  if (!user) return { identity: null, token: undefined };
  const identity = { claims: {}, ...user };
  const token = `test.${stage.people.size + 1}`;
  stage.people.set(token, identity);
  return { identity, token };
}

interface Socket {
  /** Sends a frame, and gives what was answered. */
  send(frame: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  nextId(): number;
}

/** The caller's connection, opened with its first frame. */
function openSocket({ stage, message, identity: user }: Caller): Socket {
  const connectedAtMs = stage.clock.now();
  let connectionId: string | undefined;
  let ids = 0;
  return {
    nextId: () => ++ids,
    async send(frame) {
      if (connectionId === undefined) {
        connectionId = `${stage.newId()}=`;
        await stage.realtime.connections.open({ id: connectionId, connectedAtMs, user, session: connectionId, gw: true, params: {} });
      }
      const { body } = await message(messageEvent(frame, { connectionId, connectedAtMs, requestId: stage.newId() }));
      return body === undefined ? {} : JSON.parse(body);
    },
  };
}

interface CallToMake {
  readonly service: string;
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly input: unknown;
}

async function call(
  caller: Caller,
  socket: Socket,
  { service, name, kind, input }: CallToMake,
  { over = 'rest', key, deadlineMs, headers }: TestCallOptions,
): Promise<unknown> {
  if (over === 'socket') {
    const params = { path: `${service}.${name}`, input: wireForm(input).data };
    return dataOf(await socket.send({ id: socket.nextId(), method: kind, svc: service, gw: 2, k: key, dl: deadlineMs, params }));
  }
  const { stage, token, identity, rest } = caller;
  const path = `/${RPC_ROOT}/${service}/${name}`;
  const isIam = stage.services.get(service)?.parts.implementation.declaration.auth === 'iam';
  const request = {
    requestId: stage.newId(),
    ...(kind === 'mutation'
      ? { method: 'POST', path, body: input === undefined ? undefined : wireForm(input).data }
      : { method: 'GET', path: input === undefined ? path : `${path}?input=${encodeURIComponent(JSON.stringify(wireForm(input).data))}` }),
    headers: {
      ...(token === undefined || isIam ? {} : { Authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      ...(deadlineMs === undefined ? {} : { 'X-Deadline-Ms': String(deadlineMs) }),
      ...headers,
    },
    ...(isIam && identity ? { userArn: identity.id } : {}),
  };
  const { statusCode, body } = await rest(over === 'rest' ? restEventV1(request) : restEventV2(request));
  const answer: Answered & { readonly message?: string } = JSON.parse(body);
  if (!answer.result && !answer.error)
    throw new TypeError(`${service}.${name} is not served in this test: got ${statusCode} ${answer.message}`);
  return dataOf(answer);
}

interface Started {
  readonly result?: { readonly id: string; readonly gw: GatewayStart };
}

/** Events that were published after it has begun are read from the log, where the fan-out would find them. */
async function subscribe(
  { stage }: Faces,
  socket: Socket,
  { service, name, input }: Omit<CallToMake, 'kind'>,
  { lastEventId }: TestSubscribeOptions,
): Promise<TestSubscription<unknown>> {
  const id = socket.nextId();
  const params = { path: `${service}.${name}`, input: wireForm(input).data, lastEventId };
  const answer = (await socket.send({ id, method: 'subscription', svc: service, gw: 2, params })) as Started & Answered;
  dataOf(answer);
  const { id: position = '', gw } = answer.result ?? {};
  const { epoch = '', offset = 0 } = parseEventId(position) ?? {};
  let last = offset;
  return {
    reset: gw?.reset,
    get lastEventId() {
      return `${epoch}.${last}`;
    },
    async events() {
      const events = await stage.realtime.topics.read(gw?.t ?? '', last, Number.MAX_SAFE_INTEGER);
      last = events.at(-1)?.offset ?? last;
      return events.map(({ data }) => revive(JSON.parse(data), gw?.c));
    },
    stop: async () => void (await socket.send({ id, method: 'subscription.stop', svc: service })),
  };
}
