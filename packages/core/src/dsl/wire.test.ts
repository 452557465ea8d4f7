import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonSchema } from '../documents/json-schema.js';
import { wire } from './wire.js';
import { wirePaths } from './wire-paths.js';

const everything = () =>
  z.object({
    at: wire.date(),
    size: wire.bigint().optional(),
    parts: z.array(z.object({ bytes: wire.bytes().nullable(), since: wire.date().meta({ description: 'first seen' }) })),
    seen: z.record(z.string(), wire.date()),
    pair: z.tuple([z.string(), wire.bigint()]),
    title: z.string(),
  });

describe('P2.16 schemas of values that JSON has no form for', () => {
  it('take the value, and the text that it is on the wire', () => {
    const noon = new Date('2024-02-29T12:00:00Z');
    expect(wire.date().parse('2024-02-29T14:00:00+02:00')).toEqual(noon);
    expect(wire.date().parse(noon)).toEqual(noon);
    expect(wire.bigint().parse('-90071992547409931')).toBe(-90071992547409931n);
    expect(wire.bigint().parse(5n)).toBe(5n);
    expect(wire.bytes().parse('AQL/')).toEqual(new Uint8Array([1, 2, 255]));
    expect(wire.bytes().parse(new Uint8Array([7]))).toEqual(new Uint8Array([7]));
  });

  it.each([
    ['date', wire.date(), 'yesterday'],
    ['date', wire.date(), 12],
    ['bigint', wire.bigint(), '1.5'],
    ['bigint', wire.bigint(), '9'.repeat(1_001)],
    ['bytes', wire.bytes(), 'not base64!'],
  ])('refuse what is no %s', (_what, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  it('are texts in documents, for both sides', () => {
    for (const io of ['input', 'output'] as const) {
      const { properties } = jsonSchema(z.object({ at: wire.date(), size: wire.bigint(), data: wire.bytes() }), io);
      expect(properties).toEqual({
        at: { type: 'string', format: 'date-time' },
        size: { type: 'string', pattern: '^-?\\d{1,1000}$' },
        data: { type: 'string', contentEncoding: 'base64' },
      });
    }
  });

  it('are found wherever they are in a schema', () => {
    expect(wirePaths(everything)).toEqual([
      ['d', 'at'],
      ['n', 'size'],
      ['b', 'parts', null, 'bytes'],
      ['d', 'parts', null, 'since'],
      ['d', 'seen', null],
      ['n', 'pair', 1],
    ]);
    expect(wirePaths(z.object({ title: z.string() }))).toEqual([]);
    expect(wirePaths(undefined)).toEqual([]);
  });

  it('are looked for in each answer where a schema has a choice or contains itself', () => {
    const Node = z.object({
      at: wire.date(),
      get children() {
        return z.array(Node);
      },
    });
    expect(wirePaths(Node)).toBe('each');
    expect(wirePaths(z.union([z.string(), wire.date()]))).toBe('each');
    expect(wirePaths(z.union([z.string(), z.number()]))).toEqual([]);
  });
});
