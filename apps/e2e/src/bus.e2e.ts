/**
 * The rules of every message bus, kept by all three: SNS and SQS of a whole stage, a table and its stream there, and the one in the process.
 * Local only: functions are added to the stage.
 */

import { randomUUID } from 'node:crypto';
import { describeMessageBus } from '@org/gateway-conformance';
import { createMemoryBus } from '@org/gateway-server';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type BusConsumer, SUITE_NAMES, startBusConsumer, withBusConsumers } from './bus-consumer.js';
import { type AssemblyCopy, copyAssembly } from './copy-assembly.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { startTableBus, startTopicBus } from './stage-bus.js';

describe.runIf(inject('stage').local)('on a stage', () => {
  let consumer: BusConsumer;
  let assembly: AssemblyCopy;
  let own: OwnStage;
  beforeAll(async () => {
    consumer = await startBusConsumer();
    assembly = await copyAssembly(ASSEMBLIES.local, (template) => withBusConsumers(template, consumer.url));
    own = await startOwnStage({ assembly: assembly.folder });
  });
  afterAll(async () => {
    await own?.close();
    await assembly?.remove();
    await consumer?.close();
  });

  const shared = { freshId: randomUUID, names: SUITE_NAMES };
  describeMessageBus('SNS and SQS', { ...shared, start: async () => startTopicBus(own, consumer) });
  describeMessageBus('a table', { ...shared, start: async () => startTableBus(own, consumer) });
});

describeMessageBus('the process', {
  freshId: randomUUID,
  start: async () => {
    const bus = createMemoryBus({ ordered: true, now: () => 0 });
    let deadLetters: () => readonly string[] = () => [];
    return {
      publish: (message) => bus.publish(message),
      consume: async (names, receive) => {
        const running = bus.subscribe({ names, receive, maxAttempts: 3 });
        deadLetters = () => running.deadLetters.map(({ message }) => message.id);
      },
      deadLetters: async () => deadLetters(),
      close: () => bus.idle(),
    };
  },
});
