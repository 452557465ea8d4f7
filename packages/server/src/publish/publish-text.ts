/** Publishing a text: appended to the topic's log, or left to the sequencer. */

import { GatewayError } from '@org/gateway-core/errors';
import { formatEventId } from '@org/gateway-core/protocol';
import type { PublishText } from '../execute/function-parts.js';
import type { SequencerQueue } from '../sequencer/sequencer-queue.js';
import type { TopicLog } from '../topics/topic-log.js';

/** Publishes to a log, and through the sequencer's queue if there is one. */
export function createPublishText(topics: Pick<TopicLog, 'append'>, sequencer: SequencerQueue | undefined): PublishText {
  return async (topic, events, retainSeconds, { sequenced = false, ...options } = {}) => {
    if (!sequenced) return formatEventId(await topics.append(topic, events, retainSeconds, options));
    if (sequencer === undefined)
      throw new GatewayError('INTERNAL_SERVER_ERROR', `${topic} is sequenced, and this publisher was given no queue; name the sequencer's`);
    await sequencer.send(topic, typeof events === 'string' ? [events] : events, retainSeconds, options);
    return undefined;
  };
}
