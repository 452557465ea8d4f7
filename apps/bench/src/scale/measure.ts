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

/** Deliveries before the first that counts: code that is not optimised yet costs several times as much, and few deliveries are much of it. */
const WARM_DELIVERIES = 60_000;

/** 200 bytes of event. */
const DATA = JSON.stringify({ text: 'x'.repeat(190) });

type GatewayUsage = Usage & { readonly port: number; readonly sockets: number };

/** Opens that many connections, sends events to all of them, and closes everything. */
export async function measure(connections: number): Promise<Measured> {
  const count = Math.ceil(connections / PER_PROCESS);
  const gateways = Array.from({ length: count }, () => startChild('gateway-child'));
  const clients = Array.from({ length: count }, () => startChild('client-child'));
  const senders: Sender[] = [];
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
    const senderOf = (id: string) => senders[Math.floor(Number(id.slice(1)) / PER_PROCESS)] as Sender;
    const broadcast = createBroadcast(connections, clients, senderOf);
    for (let sent = 0; sent < WARM_DELIVERIES; sent += connections) await broadcast();
    const warm = await usages(gateways, clients);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await broadcast());
    const done = await usages(gateways, clients);
    const perRecipient = (sum: number) => sum / (connections * ROUNDS);
    return {
      connections,
      connectsPerSecond: connections / (connectMs / 1_000),
      gatewayBytes: (bytes(held.gateways) - bytes(idle.gateways)) / connections,
      clientBytes: (bytes(held.clients) - bytes(idle.clients)) / connections,
      broadcastMs: median(rounds.map(({ tookMs }) => tookMs)),
      fanoutMicros: perRecipient(rounds.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0)),
      gatewayMicros: perRecipient(cpu(done.gateways) - cpu(warm.gateways)),
      clientMicros: perRecipient(cpu(done.clients) - cpu(warm.clients)),
      postMs: await onePost(senderOf('c0')),
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

interface Round {
  readonly tookMs: number;
  /** Of the fan-out. */
  readonly cpuMicros: number;
}

type Sender = ReturnType<typeof createManagementApiSender>;

/** What publishes one event and resolves when every client has it. */
function createBroadcast(connections: number, clients: readonly Child[], senderOf: (id: string) => Sender): () => Promise<Round> {
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
  let frames = 0;
  return async () => {
    frames += 1;
    const all = clients.map((client) => client.ask<{ readonly lastMs: number }>({ kind: 'received', frames }));
    const [startedMs, before] = [monotonicMs(), process.cpuUsage()];
    await publish();
    const { user, system } = process.cpuUsage(before);
    return { tookMs: Math.max(...(await Promise.all(all)).map(({ lastMs }) => lastMs)) - startedMs, cpuMicros: user + system };
  };
}

/** How long a post to one client takes when nothing else is to do. */
async function onePost(sender: Sender): Promise<number> {
  const tookMs: number[] = [];
  for (let at = 0; at < 50; at += 1) {
    const startedMs = monotonicMs();
    await sender.post('c0', DATA);
    tookMs.push(monotonicMs() - startedMs);
  }
  return median(tookMs);
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((one, other) => one - other),
    0.5,
  );
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
