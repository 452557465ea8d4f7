/**
 * How long after a fault the next event is there, and whether anything was lost: our client on the local stage, the others on servers of their own,
 * each server in a process of its own and each client behind a proxy of its own. Events are numbers, published all the while.
 *
 * Our side does more between the socket and the event: handshake and subscription are calls of Lambda functions that read and write tables. So our
 * client also has a row with a plain server like the others'.
 */

import { quantile } from '../paired.js';
import { type Child, startChild } from '../scale/messages.js';
import { CONTESTANTS, type ContestantName } from './followers.js';
import { type Losses, type Recovery, type ServerPlace, startTrial, type Trial } from './trial.js';

/** Closed with 1001, one client at a time, contestants in turn. */
const CLOSES = 20;
/** Clients of each contestant that go through an outage at the same time. */
const CLIENTS = 5;
/** Longer than our client takes to call a connection good; API Gateway closes those that are idle for 10 minutes or open for 2 hours. */
const STABLE_MS = 60_000;
const PATIENCE_MS = 60_000;
/** How long those may take that have not got the last event when it was published. */
const SETTLE_MS = 5_000;

/** A contestant in one scenario. */
interface Row {
  readonly name: ContestantName;
  readonly trials: readonly Trial[];
  readonly recoveries: Recovery[];
}

/** What happens to the clients; the rows hear of their recoveries. */
interface Scenario {
  readonly title: string;
  readonly names: readonly ContestantName[];
  readonly clients: number;
  /** Between two events. */
  readonly everyMs: number;
  run(rows: readonly Row[]): Promise<void>;
}

const EVERYBODY: readonly ContestantName[] = [
  'this gateway',
  'this client, plain server',
  'raw ws, again after 1 s',
  'tRPC wsLink',
  'socket.io, recovery on',
];

/** Runs and prints. Goals: 50 ms after a close with 1001, 1 s after an outage of 2 s, 3 s after one of 20 s, a frozen peer noticed in 10 s. */
export async function benchRecovery(): Promise<void> {
  const children = new Map<string, Child>();
  for (const { server } of Object.values(CONTESTANTS)) {
    if (!children.has(server)) children.set(server, startChild(server, 'realtime'));
  }
  const scenarios = [closes(), outage(2), outage(20), frozen('a subscription alone', false), frozen('and a call made as it froze', true)];
  for (const scenario of scenarios) await play(scenario, children);
  for (const child of children.values()) await child.end();
}

/** Starts the scenario's clients, breaks them, waits until they have everything they will get, and prints. */
async function play({ title, names, clients, everyMs, run }: Scenario, children: ReadonlyMap<string, Child>): Promise<void> {
  const childOf = (name: ContestantName) => children.get(CONTESTANTS[name].server) as Child;
  const publishers = new Set(names.map(childOf));
  for (const child of publishers) await child.ask({ kind: 'publish', everyMs });
  const rows: Row[] = [];
  for (const name of names) {
    const place = await childOf(name).ask<ServerPlace>({ kind: 'start' });
    const trials = await Promise.all(Array.from({ length: clients }, () => startTrial(CONTESTANTS[name], place)));
    rows.push({ name, trials, recoveries: [] });
  }
  await run(rows);
  const lasts = new Map<Child, number>();
  for (const child of publishers) lasts.set(child, (await child.ask<{ last: number }>({ kind: 'stop' })).last);
  console.log(`\n${title}`);
  for (const { name, trials, recoveries } of rows) {
    const last = lasts.get(childOf(name)) as number;
    await Promise.all(trials.map((trial) => trial.until(last, SETTLE_MS)));
    print(name, recoveries, sum(trials.map((trial) => trial.losses(last))));
    for (const trial of trials) trial.close();
  }
}

/** One client each, closed with 1001, contestants in turn. */
function closes(): Scenario {
  return {
    title: `After a close with 1001 (${CLOSES} times, events every 10 ms)`,
    names: EVERYBODY,
    clients: 1,
    everyMs: 10,
    async run(rows) {
      for (let at = 0; at < CLOSES; at += 1) {
        for (const { trials, recoveries } of rows) {
          const [{ proxy, follower, recovered }] = trials as [Trial];
          follower.skip?.(STABLE_MS);
          const closedMs = performance.now();
          proxy.goAway();
          recoveries.push(await recovered(closedMs, PATIENCE_MS));
        }
      }
    },
  };
}

/** Connections are reset and new ones refused for a time. One row of ours is told by its page, as in a browser whose network was away. */
function outage(seconds: number): Scenario {
  return {
    title: `After an outage of ${seconds} s, from its end (${CLIENTS} clients at the same time, events every 250 ms)`,
    names: ['this gateway, online event', ...EVERYBODY],
    clients: CLIENTS,
    everyMs: 250,
    async run(rows) {
      const everyTrial = rows.flatMap(({ trials }) => trials);
      for (const { proxy } of everyTrial) proxy.cut();
      for (const { follower } of everyTrial) follower.tell?.('offline');
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      for (const { proxy } of everyTrial) proxy.restore();
      const endedMs = performance.now();
      for (const { follower } of everyTrial) follower.tell?.('online');
      await recoverAll(rows, endedMs);
    },
  };
}

/** Nothing passes any more, either way; new connections would be served. */
function frozen(title: string, isCalling: boolean): Scenario {
  return {
    title: `A frozen peer: ${title} (events every 200 ms until then)`,
    names: [...EVERYBODY, 'tRPC wsLink, keepAlive'],
    clients: 1,
    everyMs: 200,
    async run(rows) {
      const everyTrial = rows.flatMap(({ trials }) => trials);
      const frozenMs = performance.now();
      for (const { proxy } of everyTrial) proxy.freeze();
      if (isCalling) for (const { follower } of everyTrial) follower.call();
      await recoverAll(rows, frozenMs);
    },
  };
}

async function recoverAll(rows: readonly Row[], sinceMs: number): Promise<void> {
  const all = rows.flatMap(({ trials, recoveries }) =>
    trials.map(async ({ recovered }) => recoveries.push(await recovered(sinceMs, PATIENCE_MS))),
  );
  await Promise.all(all);
}

function sum(all: readonly Losses[]): Losses {
  const total = (of: keyof Losses) => all.reduce((so, losses) => so + losses[of], 0);
  return { lost: total('lost'), twice: total('twice'), inverted: total('inverted') };
}

function print(name: string, recoveries: readonly Recovery[], { lost, twice, inverted }: Losses): void {
  const figure = (of: (recovery: Recovery) => number) => {
    const sorted = recoveries.map(of).sort((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b));
    const text = (ms: number | undefined) => (ms === undefined || Number.isNaN(ms) ? 'never' : ms.toFixed(0));
    return `${text(quantile(sorted, 0.5)).padStart(6)} (${text(sorted[0])}-${text(sorted.at(-1))})`.padEnd(22);
  };
  const redial = figure(({ redialMs }) => redialMs);
  const event = figure(({ eventMs }) => eventMs);
  console.log(`  ${name.padEnd(26)} dials again ${redial} event ${event} ms   lost ${lost}, twice ${twice}, out of order ${inverted}`);
}
