/**
 * The sequencer's function as it is deployed: everything from the environment.
 */

import { lazily } from '../resources/aws-options.js';
import { createLogger } from '../telemetry/logger.js';
import { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
import { createKeyTable, createKeyTableSdk } from '../topics/key-table.js';
import { systemClock } from '../websocket/clock.js';
import { type Environment, readSequencerEnvironment } from '../websocket/env.js';
import { newAlphanumericId } from '../websocket/new-id.js';
import { createSequencerHandler, type SequencerRecord } from './sequencer-function.js';

/**
 * The handler of the sequencer's queue.
 *
 * @throws Error that names every variable that is missing or wrong.
 */
export function sequencerHandlerFromEnv(env: Environment): ReturnType<typeof createSequencerHandler> {
  const { topicsTable, sequencerDeadLetters } = readSequencerEnvironment(env);
  const table = createKeyTable(createKeyTableSdk(), topicsTable);
  return createSequencerHandler({
    topics: createDynamoTopicLog({ table, clock: systemClock, random: Math.random, newId: newAlphanumericId }),
    bury: buryIn(sequencerDeadLetters),
    log: createLogger({ function: 'sequencer' }),
  });
}

function buryIn(queueUrl: string) {
  const open = lazily(async () => (await import('./sqs.js')).openSqs({}));
  return async ({ messageId, body, attributes: { MessageGroupId } }: SequencerRecord): Promise<void> => {
    const sqs = await open();
    const failed = await sqs.send(queueUrl, [{ Id: '0', MessageBody: body, MessageGroupId, MessageDeduplicationId: messageId }]);
    if (failed.length > 0) throw new Error(`[SEQUENCER] ${messageId} could not be put with the dead letters: ${failed[0]?.Code}`);
  };
}
