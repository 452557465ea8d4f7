/**
 * What every message bus does, whatever carries it: SNS and SQS, a table and its stream, the process itself. The suite knows a bus as
 * something to publish on and something that delivers; how long a delivery takes is the transport's, so it waits for what it expects.
 */

import { afterEach, describe, expect, it, vi } from 'vitest';

/** A message, on its way and at its end. */
export interface BusMessage {
  readonly name: string;
  readonly id: string;
  readonly key: string;
  readonly publishedAtMs: number;
  readonly data: unknown;
}

/** A bus under test with one consumer. */
export interface BusUnderTest {
  publish(message: BusMessage): Promise<void>;
  /**
   * Hands messages of these names to `receive` until the bus is closed, up to three times each: one that it rejects is delivered again.
   * Called once, before anything is published.
   */
  consume(names: readonly string[], receive: (message: BusMessage) => Promise<void>): Promise<void>;
  /** Ids of messages that failed three times. */
  deadLetters(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface MessageBusOptions {
  /** A bus that keeps messages of a key in order and knows an id again, empty. */
  readonly start: () => Promise<BusUnderTest>;
  /** Names and ids that nobody has used: the bus may be shared. */
  readonly freshId: () => string;
  /** Names of two messages that the bus carries. @default changed, removed */
  readonly names?: readonly [consumed: string, other: string];
}

/** Texts that must survive every hop unharmed. */
const AWKWARD_TEXT = 'naïve 東京 🦊 "quoted" \\ back\u2028line __proto__ </script>';

/** Declares the rules for a bus. */
export function describeMessageBus(name: string, { start, freshId, names = ['changed', 'removed'] }: MessageBusOptions): void {
  const [consumed, other] = names;

  describe(`message bus over ${name}`, () => {
    const open: BusUnderTest[] = [];
    afterEach(async () => {
      for (const bus of open.splice(0)) await bus.close();
    });
    const connect = async (receive: (message: BusMessage) => Promise<void> = async () => {}) => {
      const bus = await start();
      open.push(bus);
      const received: BusMessage[] = [];
      await bus.consume([consumed], async (message) => {
        received.push(message);
        await receive(message);
      });
      return { bus, received };
    };
    const messageOf = (more: Partial<BusMessage> = {}): BusMessage => {
      const id = freshId();
      return { name: consumed, id, key: id, publishedAtMs: 1_700_000_000_123, data: {}, ...more };
    };
    const sees = (received: readonly BusMessage[], ids: readonly string[]) =>
      eventually(() => expect(received.map(({ id }) => id)).toEqual(expect.arrayContaining([...ids])));

    it('delivers a message as it was published', async () => {
      const { bus, received } = await connect();
      const message = messageOf({ data: { text: AWKWARD_TEXT, list: [1, 0.5, null, true], nested: { empty: {} } } });
      await bus.publish(message);
      await sees(received, [message.id]);
      expect(received.find(({ id }) => id === message.id)).toEqual(message);
    });

    it('delivers only messages of the names asked for', async () => {
      const { bus, received } = await connect();
      const unwanted = messageOf({ name: other });
      const wanted = messageOf({ key: unwanted.key });
      await bus.publish(unwanted);
      await bus.publish(wanted);
      await sees(received, [wanted.id]);
      expect(received.map(({ name: each }) => each)).not.toContain(other);
    });

    it('keeps messages of a key in order', async () => {
      const { bus, received } = await connect();
      const key = freshId();
      const messages = Array.from({ length: 8 }, (_, n) => messageOf({ key, data: { n } }));
      for (const message of messages) await bus.publish(message);
      await sees(
        received,
        messages.map(({ id }) => id),
      );
      expect(firstTimes(received, key)).toEqual(messages.map(({ id }) => id));
    });

    it('delivers again what a consumer rejects, and later messages of its key only afterwards', async () => {
      const failures = new Map<string, number>();
      const { bus, received } = await connect(async ({ id, data }) => {
        const failed = failures.get(id) ?? 0;
        if ((data as { readonly failures?: number }).failures === undefined || failed > 0) return;
        failures.set(id, failed + 1);
        throw new Error('not this time');
      });
      const key = freshId();
      const first = messageOf({ key, data: { failures: 1 } });
      const second = messageOf({ key });
      await bus.publish(first);
      await bus.publish(second);
      await sees(received, [second.id]);
      const ids = received.filter((message) => message.key === key).map(({ id }) => id);
      expect(ids.filter((id) => id === first.id).length).toBeGreaterThanOrEqual(2);
      expect(ids.indexOf(second.id)).toBeGreaterThan(ids.indexOf(first.id, 1));
    });

    it('puts a message that always fails into the dead letters after its attempts, and goes on with its key', async () => {
      const { bus, received } = await connect(async ({ data }) => {
        if ((data as { readonly poison?: boolean }).poison) throw new Error('never');
      });
      const key = freshId();
      const poison = messageOf({ key, data: { poison: true } });
      const next = messageOf({ key });
      await bus.publish(poison);
      await bus.publish(next);
      await eventually(async () => expect(await bus.deadLetters()).toContain(poison.id));
      await sees(received, [next.id]);
      expect(received.filter(({ id }) => id === poison.id)).toHaveLength(3);
      expect(await bus.deadLetters()).not.toContain(next.id);
    });

    it('drops the repetition of an id', async () => {
      const { bus, received } = await connect();
      const key = freshId();
      const message = messageOf({ key });
      const later = messageOf({ key });
      await bus.publish(message);
      await bus.publish(message);
      await bus.publish(later);
      await sees(received, [later.id]);
      expect(received.filter(({ id }) => id === message.id)).toHaveLength(1);
    });

    it('refuses a message of over 250,000 bytes with PAYLOAD_TOO_LARGE, and takes one of nearly that', async () => {
      const { bus, received } = await connect();
      const tooLarge = messageOf({ data: { text: 'ü'.repeat(125_000) } });
      const large = messageOf({ data: { text: 'ü'.repeat(124_500) } });
      await expect(bus.publish(tooLarge)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
      await bus.publish(large);
      await sees(received, [large.id]);
      expect(received.map(({ id }) => id)).not.toContain(tooLarge.id);
    });
  });
}

/** Waits for what a transport does in its own time. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 });
}

/** Ids of a key in the order of their first delivery. */
function firstTimes(received: readonly BusMessage[], key: string): readonly string[] {
  return [...new Set(received.filter((message) => message.key === key).map(({ id }) => id))];
}
