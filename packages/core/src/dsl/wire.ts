/**
 * Schemas of values that JSON has no form for. Caller and handler both see the value itself, a Date or a bigint; on the wire it is a text,
 * which is what the OpenAPI document says. PROTOCOL.md P2.16.
 */

import * as z from 'zod';

/** More digits are no number anybody means, and cost time to read. */
const DIGITS = /^-?\d{1,1000}$/;

type Described = z.ZodType & { readonly _zod: { toJSONSchema?: () => unknown } };

/** zod documents no Date, bigint or Uint8Array; both ends of the pipe say what the text is. */
function described<TSchema extends z.ZodType>(schema: TSchema, json: object): TSchema {
  (schema as unknown as Described)._zod.toJSONSchema = () => json;
  return schema;
}

/** Where pipes of `wire` end: what is made of one (`describe`, `refine`) keeps it. */
const ends = new WeakSet<object>();

/** Whether a pipe that ends in this schema is of `wire`, and so takes what it returns. */
export function isWireEnd(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && ends.has(schema);
}

interface Codec<TValue> {
  readonly text: z.ZodType<string, string>;
  readonly value: () => z.ZodType;
  readonly decode: (text: string) => TValue;
  readonly json: object;
}

/** A caller writes the value, and so its type is; the text is the wire's business. */
function codec<TValue>({ text, value, decode, json }: Codec<TValue>): z.ZodType<TValue, TValue> {
  const either = described(z.union([text, value()]), json);
  const end = described(value(), json);
  ends.add(end);
  const pipe = either.transform((got: unknown) => (typeof got === 'string' ? decode(got) : got)).pipe(end);
  return pipe as unknown as z.ZodType<TValue, TValue>;
}

/** Schemas for contracts: `z.object({ at: wire.date(), size: wire.bigint(), thumbnail: wire.bytes() })`. */
export const wire = {
  /** A point in time: a Date for caller and handler, ISO 8601 on the wire. */
  date: () =>
    codec<Date>({
      text: z.iso.datetime({ offset: true }),
      value: z.date,
      decode: (text) => new Date(text),
      json: { type: 'string', format: 'date-time' },
    }),

  /** A whole number of any size: a bigint for caller and handler, digits on the wire. */
  bigint: () =>
    codec<bigint>({ text: z.string().regex(DIGITS), value: z.bigint, decode: BigInt, json: { type: 'string', pattern: DIGITS.source } }),

  /** Bytes: a Uint8Array for caller and handler, base64 on the wire. Files of some size are better uploaded. */
  bytes: () =>
    codec<Uint8Array<ArrayBuffer>>({
      text: z.base64(),
      value: () => z.instanceof(Uint8Array),
      decode: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
      json: { type: 'string', contentEncoding: 'base64' },
    }),
};
