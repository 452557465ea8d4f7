/** Reads the members of a call. Wrong types are SerializationException, as in every JSON protocol of AWS. */
import type { MessageAttribute, MessageAttributes } from '../neighbours.js';
import { invalidParameter, missingParameter, sqsError } from './errors.js';

export type Input = Readonly<Record<string, unknown>>;
export type Output = Readonly<Record<string, unknown>>;

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw sqsError('SerializationException', `${name}: got ${typeof value}, expected a string`);
  return value;
}

/** @throws AwsError `MissingRequiredParameterException` */
export function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

/** A whole number in a range. @throws AwsError `InvalidParameterValueException` */
export function optionalNumber(input: Input, name: string, range: { readonly min: number; readonly max: number }): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const { min, max } = range;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalidParameter(name, value, `Must be >= ${min} and <= ${max}, if provided.`);
  }
  return value as number;
}

export function textList(input: Input, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value)) throw sqsError('SerializationException', `${name}: got ${typeof value}, expected a list`);
  return value.map(String);
}

export function textMap(input: Input, name: string): Readonly<Record<string, string>> {
  const value = input[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw sqsError('SerializationException', `${name}: expected a map`);
  return Object.fromEntries(Object.entries(value as Input).map(([key, item]) => [key, String(item)]));
}

/** Message attributes without empty members. */
export function attributeMap(input: Input, name: string): MessageAttributes {
  const value = input[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw sqsError('SerializationException', `${name}: expected a map`);
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, MessageAttribute>>).map(([key, item]) => [key, readAttribute(key, item)]),
  );
}

function readAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): MessageAttribute {
  if (typeof DataType !== 'string' || DataType === '') {
    throw sqsError('InvalidParameterValueException', `The message attribute '${name}' must contain a non-empty message attribute type.`);
  }
  return {
    DataType,
    ...(typeof StringValue === 'string' ? { StringValue } : {}),
    ...(typeof BinaryValue === 'string' ? { BinaryValue } : {}),
  };
}

/** The entries of a batch: 1 to 10, each with an id of its own. @throws AwsError the batch errors */
export function batchEntries(input: Input): readonly Input[] {
  const entries = input.Entries ?? [];
  if (!Array.isArray(entries)) throw sqsError('SerializationException', 'Entries: expected a list');
  if (entries.length === 0) throw sqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    throw sqsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${entries.length}.`);
  }
  const ids = entries.map((entry: Input) => String(entry.Id ?? ''));
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    throw sqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw sqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  return entries as readonly Input[];
}
