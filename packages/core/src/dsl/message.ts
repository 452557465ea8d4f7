/**
 * Messages: what services tell each other over a bus, as data. A message has a name in its group and a schema of its data; who publishes
 * and who consumes it, and over what it travels, is not the contract's business.
 */

import type { SchemaSource } from './schema.js';
import { checkName } from './service.js';

/** A described message. `TInput` is what a publisher gives, `TData` what a consumer gets. */
export interface Message<TInput, TData> {
  readonly data: SchemaSource;
  readonly summary: string | undefined;
  /** Types only; never set. */
  readonly '~types'?: { readonly input: TInput; readonly data: TData };
}

export type AnyMessage = Message<unknown, unknown>;

/** Messages that travel together. */
export interface MessageGroup<
  TName extends string = string,
  TMessages extends Readonly<Record<string, AnyMessage>> = Readonly<Record<string, AnyMessage>>,
> {
  readonly name: TName;
  readonly messages: TMessages;
}

/** What a publisher gives: `z.input` of the schema. */
export type MessageInput<TMessage> = TMessage extends Message<infer TInput, infer _TData> ? TInput : never;

/** What a consumer gets: `z.output` of the schema. */
export type MessageData<TMessage> = TMessage extends Message<infer _TInput, infer TData> ? TData : never;

/** Describes a message. */
export function message<TInput, TData>(definition: {
  readonly data: SchemaSource<TInput, TData>;
  readonly summary?: string;
}): Message<TInput, TData> {
  return { data: definition.data, summary: definition.summary };
}

/**
 * Groups messages.
 *
 * @throws TypeError for a malformed name.
 */
export function messages<const TName extends string, TMessages extends Readonly<Record<string, AnyMessage>>>(
  name: TName,
  group: TMessages,
): MessageGroup<TName, TMessages> {
  checkName('group of messages', name);
  for (const each of Object.keys(group)) checkName(`message of ${name}`, each);
  return { name, messages: group };
}
