/**
 * One size, measured: so many real WebSockets, and the real fan-out posting to them over HTTP. Nothing here is AWS: API Gateway is stood for by
 * processes of this machine, so what counts are CPU and bytes per connection, and how time grows with their number.
 */

import { createFanoutHandler, createManagementApiSender } from '@org/gateway-server/parts';
import { quantile } from '../paired.js';
import { endlessLog, fixedFollowers, TOPIC } from './followers.js';
import { type Child, startChild, type Usage } from './messages.js';

export interface Measured {
  readonly connections: number;
  readonly connectsPerSecond: number;
  readonly gatewayBytes: number;
  readonly clientBytes: number;
  /** Median of the rounds, from the append to the last client. */
  readonly broadcastMs: number;
  /** CPU per recipient of the fan-out, of what stands for API Gateway, and of the clients. */
  readonly fanoutMicros: number;
  readonly gatewayMicros: number;
  readonly clientMicros: number;
  /** One post to one client and its answer, with nothing else to do. */
  readonly postMs: number;
}

/** Sockets of a process: a process may have 20,000 files here. */
const PER_PROCESS = 15_000;
const ROUNDS = 5;

/** 200 bytes of event. */
const DATA = JSON.stringify({ text: 'x'.repeat(190) });

type GatewayUsage = Usage & { readonly port: number; readonly sockets: number };

/** Opens that many connections, sends events to all of them, and closes everything. */
export async function measure(connections: number): Promise<Measured> {
  const count = Math.ceil(connections / PER_PROCESS);
  const gateways = Array.from({ length: count }, () => startChild('gateway-child'));
  const clients = Array.from({ length: count }, () => startChild('client-child'));
  const senders: ReturnType<typeof createManagementApiSender>[] = [];
  try {
    const idle = await usages(gateways, clients);
    const connecting = performance.now();
    await Promise.all(
      clients.map((client, at) => client.ask({ kind: 'connect', port: idle.gateways[at]?.port, ...share(connections, at) })),
    );
    const connectMs = performance.now() - connecting;
    const held = await usages(gateways, clients);
    const open = held.gateways.reduce((sum, { sockets }) => sum + sockets, 0);
    if (open !== connections) throw new Error(`${open} connections are open, expected ${connections}`);
    for (const { port } of held.gateways) {
      senders.push(
        createManagementApiSender({
          endpoint: `http://127.0.0.1:${port}/prod`,
          region: 'us-east-1',
          credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
        }),
      );
    }
    const rounds = await broadcasts(connections, clients, senders);
    const done = await usages(gateways, clients);
    const perRecipient = (sum: (of: typeof done) => number) => (sum(done) - sum(held)) / (connections * rounds.sent);
    return {
      connections,
      connectsPerSecond: connections / (connectMs / 1_000),
      gatewayBytes: (bytes(held.gateways) - bytes(idle.gateways)) / connections,
      clientBytes: (bytes(held.clients) - bytes(idle.clients)) / connections,
      broadcastMs: quantile(rounds.tookMs, 0.5),
      fanoutMicros: rounds.cpuMicros / (connections * rounds.sent),
      gatewayMicros: perRecipient((of) => cpu(of.gateways)),
      clientMicros: perRecipient((of) => cpu(of.clients)),
      postMs: rounds.postMs,
    };
  } finally {
    for (const sender of senders) sender.destroy();
    await Promise.all([...gateways, ...clients].map((child) => child.end()));
  }
}

function share(connections: number, at: number) {
  const from = at * PER_PROCESS;
  return { from, count: Math.min(PER_PROCESS, connections - from) };
}

async function usages(gateways: readonly Child[], clients: readonly Child[]) {
  return {
    gateways: await Promise.all(gateways.map((gateway) => gateway.ask<GatewayUsage>({}))),
    clients: await Promise.all(clients.map((client) => client.ask<Usage>({ kind: 'usage' }))),
  };
}

async function broadcasts(
  connections: number,
  clients: readonly Child[],
  senders: readonly ReturnType<typeof createManagementApiSender>[],
) {
  const senderOf = (id: string) => senders[Math.floor(Number(id.slice(1)) / PER_PROCESS)] as (typeof senders)[number];
  const topics = endlessLog(DATA);
  const silent = () => {};
  const fanout = createFanoutHandler({
    topics,
    subscriptions: fixedFollowers(connections),
    sender: { post: (id, text) => senderOf(id).post(id, text), close: (id) => senderOf(id).close(id) },
    clock: { now: Date.now, sleep: async () => {} },
    random: Math.random,
    log: { info: silent, warn: silent, error: (message, fields) => console.error(message, fields) },
  });
  const publish = async () => {
    const { offset } = await topics.append(TOPIC, DATA, 60);
    const NewImage = { pk: { S: `T#${TOPIC}` }, sk: { S: `E#${String(offset).padStart(16, '0')}` }, offset: { N: String(offset) } };
    await fanout({ Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: String(offset), NewImage } }] });
  };
  const tookMs: number[] = [];
  let cpuMicros = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const all = clients.map((client) => client.ask<{ readonly lastMs: number }>({ kind: 'received', frames: round }));
    const [startedMs, before] = [monotonicMs(), process.cpuUsage()];
    await publish();
    const { user, system } = process.cpuUsage(before);
    cpuMicros += user + system;
    tookMs.push(Math.max(...(await Promise.all(all)).map(({ lastMs }) => lastMs)) - startedMs);
  }
  const postMs: number[] = [];
  for (let at = 0; at < 50; at += 1) {
    const startedMs = monotonicMs();
    await senderOf('c0').post('c0', DATA);
    postMs.push(monotonicMs() - startedMs);
  }
  const sorted = (values: number[]) => values.sort((one, other) => one - other);
  return { tookMs: sorted(tookMs), cpuMicros, sent: ROUNDS, postMs: quantile(sorted(postMs), 0.5) };
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

function bytes(of: readonly Usage[]): number {
  return of.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
}

function cpu(of: readonly Usage[]): number {
  return of.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0);
}
