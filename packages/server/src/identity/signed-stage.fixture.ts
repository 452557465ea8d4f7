/** A socket side with identity, on memory: a service with a public and a private subscription, the socket function, and the fan-out. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createRecordingSender } from '../topics/fanout.fixture.js';
import { createFanout } from '../topics/fanout.js';
import { createMemoryKeyTable } from '../topics/memory-key-table.fixture.js';
import { createMemorySubscriptionStore } from '../topics/memory-subscription-store.js';
import { createMemoryTopicLog } from '../topics/memory-topic-log.js';
import { createManualClock } from '../websocket/clock.fixture.js';
import { createMemoryConnectionStore } from '../websocket/memory-connection-store.js';
import { handleServiceMessage } from '../websocket/service-message.js';
import { lambda, messageEvent } from '../websocket/socket.fixture.js';
import { createSocketHandler } from '../websocket/socket-function.js';
import { waitForConnection } from '../websocket/wait-for-connection.js';
import { ADA, createVerifying, SETTINGS } from './fake-issuer.fixture.js';
import { createSignInStore } from './sign-in-store.js';

export const ID = 'L0SM9cOFvHcCIhw=';

const vault = service('vault', {
  who: query({ auth: 'public', output: () => z.string() }),
  mine: query({ output: () => z.string() }),
  write: mutation({ auth: { scopes: ['write'] } }),
  news: subscription({ auth: 'public', event: () => z.int() }),
  secrets: subscription({ event: () => z.int() }),
});

/** Topics of the subscriptions. */
export const NEWS = 'vault.news/all';
export const SECRETS = 'vault.secrets/ada';

/** Nobody is connected yet. */
export function createSignedStage() {
  const clock = createManualClock();
  const verifying = createVerifying(SETTINGS, undefined, clock);
  const { log, tokens, issuer } = verifying;
  const subscriptions = createMemorySubscriptionStore({ clock });
  const topics = createMemoryTopicLog({ clock, newEpoch: () => 'e1' });
  const connections = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
  const signIns = createSignInStore({ table: createMemoryKeyTable(async () => {}), clock });
  const sender = createRecordingSender();
  const fanout = createFanout({ topics, subscriptions, sender, clock, random: () => 0, log });
  const implementation = implement(defineService(vault, { uses: {} }), {
    who: ({ ctx }) => ctx.user?.id ?? 'anybody',
    mine: ({ ctx }) => ctx.user.id,
    write: () => {},
    news: () => 'all',
    secrets: ({ ctx }) => ctx.user.id,
  });
  const never = () => Promise.reject(new Error('not used'));
  const parts = {
    ...{ implementation, clients: {}, publish: never, tokens, allowedOrigin: '*', now: clock.now, log },
    connectionOf: (id: string) => waitForConnection(connections, id, clock),
  };
  const realtime = { connections, subscriptions, topics, clock };
  const services = {
    has: (name: string) => name === 'vault',
    invoke: (_: string, event: Parameters<typeof handleServiceMessage>[2]) => handleServiceMessage(parts, realtime, event, lambda),
  };
  const socket = createSocketHandler({ ...realtime, sender, services, tokens, signIns, log });
  let done = 0;
  const parsed = (body: string | undefined) => (body === undefined ? undefined : JSON.parse(body));
  const send = async (frame: object) => parsed((await socket(messageEvent(frame), lambda)).body);
  return {
    ...{ ...verifying, clock, connections, subscriptions, topics, signIns, sender, send },
    connect: (query: Readonly<Record<string, string>> = { gw: '2' }) =>
      socket({ ...messageEvent('', { eventType: 'CONNECT', routeKey: '$connect' }), queryStringParameters: query }, lambda),
    /** A call of a procedure of the vault, answered by its data or its error's code. */
    call: async (name: string, method = 'query') => {
      const { result, error } = await send({ id: 1, method, params: { path: `vault.${name}` } });
      return error ? error.data.code : result.data;
    },
    auth: async (token: string | null) => {
      const { result, error } = await send({ id: 7, method: 'gw.auth', svc: 'gw', params: { token } });
      return error ? `${error.data.code}: ${error.message}` : result.data.expiresInMs;
    },
    /** A subscription of our own client, by its id. */
    follow: (id: number, name: 'news' | 'secrets') => send({ id, method: 'subscription', gw: 2, params: { path: `vault.${name}` } }),
    sync: (...c: readonly (readonly [number, string])[]) => send({ id: null, method: 'gw.sync', svc: 'gw', params: { n: 1, c } }),
    /** Publishes, and has the fan-out work off what there is. */
    publish: async (topic: string, ...events: readonly number[]) => {
      for (const event of events) await topics.append(topic, String(event), 86_400);
      const records = topics.stream.slice(done).map((record, at) => ({ sequenceNumber: String(done + at), record }));
      done += records.length;
      await fanout(records);
    },
    /** Data of events that were pushed to the connection. */
    pushed: () =>
      (sender.frames.get(ID) ?? [])
        .map((text) => JSON.parse(text))
        .flatMap(({ method, params }) => (method === 'gw.ev' ? params.x.map(([, data]: [number, number]) => data) : [])),
    token: (more: object = {}) => issuer.token({ ...ADA, ...more }),
  };
}
