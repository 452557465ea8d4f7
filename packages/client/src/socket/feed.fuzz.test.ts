import type { Contract, NoErrors, Procedure, Service } from '@org/gateway-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createGatewayClient } from '../create-client.js';
import { fakeClock } from '../fake-clock.fixture.js';
import { loadSocket } from './late-socket.js';
import { dice, memoryGateway, NO_FAULTS, pass } from './memory-gateway.fixture.js';

type Own = Contract<{
  log: Service<'log', { follow: Procedure<'subscription', { topic: string }, unknown, unknown, string, NoErrors> }>;
}>;

beforeAll(loadSocket);

const SEEDS = 25;
const TOPICS = ['a', 'b', 'c'];

/** One life of a client: what goes wrong is thrown for every seed, then the faults stop. */
async function live(seed: number): Promise<readonly string[]> {
  const roll = dice(seed);
  for (let skip = 0; skip < 20; skip += 1) roll();
  const clock = fakeClock();
  const gateway = memoryGateway(clock, roll);
  const client = createGatewayClient<Own>({ url: 'http://memory.test', WebSocket: gateway.WebSocket, clock, random: roll });
  const violations: string[] = [];
  const readers = TOPICS.flatMap((topic) =>
    [0, 1].map((number) => {
      const reader = { topic, number, place: '', events: 0, resets: 0 };
      const step = (id: string) => {
        const [epoch, offset] = id.split('.');
        const [lastEpoch, last] = reader.place.split('.');
        if (epoch !== lastEpoch || Number(offset) !== Number(last) + 1) violations.push(`${topic}${number}: ${id} after ${reader.place}`);
        reader.place = id;
        reader.events += 1;
      };
      const subscription = client.log.follow.subscribe(
        { topic },
        {
          lastEventId: 'e1.0',
          maxQueuedEvents: 20,
          onReset({ reason, position }) {
            const [epoch, offset] = position.split('.');
            const [lastEpoch, last] = reader.place.split('.');
            if (epoch === lastEpoch && (Number(offset) < Number(last) || reason === 'epoch'))
              violations.push(`${topic}: reset back to ${position} after ${reader.place}`);
            reader.place = position;
            reader.resets += 1;
          },
        },
      );
      reader.place = 'e1.0';
      const loop = (async () => {
        for await (const { id, data } of subscription.tracked()) {
          if (data !== id.slice(1).replace('.', ':')) violations.push(`${id} is ${data}`);
          step(id);
          if (roll() < 0.05) await new Promise<void>((resolve) => clock.after(roll() * 3_000, resolve));
        }
      })();
      return { reader, subscription, loop };
    }),
  );
  const chance = () => roll() * roll() * 0.2;
  gateway.faults = {
    loss: chance(),
    repetition: chance(),
    delayMs: roll() * 400,
    break: chance() / 5,
    freeze: chance() / 20,
    notice: chance() / 5,
    refusal: roll() / 2,
  };
  for (let turn = 0; turn < 150; turn += 1) {
    const topic = TOPICS[Math.floor(roll() * TOPICS.length)] as string;
    for (let burst = Math.floor(roll() * 4); burst > 0; burst -= 1) gateway.publish(topic);
    if (roll() < 0.01) gateway.trim(topic, Math.floor(roll() * 10));
    if (roll() < 0.005) gateway.lose(topic);
    await pass(clock, roll() * 600);
    if (gateway.sockets.size > 3) violations.push(`${gateway.sockets.size} sockets`);
  }
  gateway.faults = NO_FAULTS;
  await pass(clock, 200_000);
  for (const topic of TOPICS) gateway.publish(topic);
  await pass(clock, 5_000);
  for (const { reader, subscription } of readers) {
    const log = gateway.logOf(reader.topic);
    if (reader.place !== `e${log.epoch}.${log.head}`)
      violations.push(`${reader.topic}${reader.number} ends at ${reader.place} of e${log.epoch}.${log.head}`);
    if (subscription.state !== 'live') violations.push(`${reader.topic} is ${subscription.state}`);
  }
  if (client.$connection.state.status !== 'live') violations.push(`the connection is ${client.$connection.state.status}`);
  client.$close();
  if (gateway.sockets.size > 0) violations.push(`${gateway.sockets.size} sockets are left`);
  // Loops that are slow are still to find out.
  await pass(clock, 3_000);
  await Promise.all(readers.map(({ loop }) => loop));
  if (clock.pending.length > 0) violations.push(`timers are left: ${clock.pending}`);
  return violations;
}

describe('a client of a gateway where frames are lost, doubled and late, connections break and freeze, logs are trimmed and lost', () => {
  it(`gives every event once and in order, or says what is missing (${SEEDS} seeds)`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) expect({ seed, violations: await live(seed) }).toEqual({ seed, violations: [] });
  });
});
