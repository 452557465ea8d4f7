/** The rules of every message bus, kept by SNS and SQS of a whole stage. Local only: a queue is added to the stage. */

import { randomUUID } from 'node:crypto';
import { describeMessageBus } from '@org/gateway-conformance';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type AssemblyCopy, copyAssembly } from './copy-assembly.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { SUITE_NAMES, startQueueBus, withSuiteQueue } from './queue-bus.js';

describe.runIf(inject('stage').local)('on a stage', () => {
  let assembly: AssemblyCopy;
  let own: OwnStage;
  beforeAll(async () => {
    assembly = await copyAssembly(ASSEMBLIES.local, withSuiteQueue);
    own = await startOwnStage({ assembly: assembly.folder });
  });
  afterAll(async () => {
    await own?.close();
    await assembly?.remove();
  });

  describeMessageBus('SNS and SQS', { start: () => startQueueBus(own), freshId: randomUUID, names: SUITE_NAMES });
});
