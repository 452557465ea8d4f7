/**
 * `BusClient` in memory, for tests of handlers: it checks and keeps what was published, and delivers nothing.
 */

import { schemaOf } from '@org/gateway-core';
import type { BusClient, BusGrant, PublishOptions } from '@org/gateway-server/service';

export interface PublishedMessage extends PublishOptions {
  readonly name: string;
  readonly data: unknown;
}

export interface MemoryBus extends BusClient<never> {
  readonly messages: PublishedMessage[];
}

/** A bus on which nothing was said. */
export function memoryBus({ messages: group }: Pick<BusGrant<unknown>, 'messages'>): MemoryBus {
  const messages: PublishedMessage[] = [];
  const publish = async (name: string, data: unknown, options: PublishOptions = {}) => {
    const message = group.messages[name];
    if (message === undefined) throw new Error(`${group.name} has no message ${name}`);
    const result = schemaOf(message.data).safeParse(data);
    if (!result.success) throw new Error(`the message does not fit: ${JSON.stringify(result.error.issues)}`);
    messages.push({ name, data: result.data, ...options });
    return options.id ?? `message-${messages.length}`;
  };
  return { messages, publish };
}
