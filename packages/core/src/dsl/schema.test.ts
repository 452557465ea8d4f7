import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import type { Schema } from './schema.js';
import { schemaOf } from './schema.js';

describe('schemaOf', () => {
  it('gives a schema back as it is', () => {
    const schema = z.string();
    expect(schemaOf(schema)).toBe(schema);
  });

  it('calls a source once and keeps its schema', () => {
    let calls = 0;
    const source = () => {
      calls += 1;
      return z.object({ id: z.string() });
    };
    const first = schemaOf(source);
    expect(schemaOf(source)).toBe(first);
    expect(calls).toBe(1);
  });

  it('keeps the schemas of two sources apart', () => {
    expect(schemaOf(() => z.string()).safeParse(1).success).toBe(false);
    expect(schemaOf(() => z.number()).safeParse(1).success).toBe(true);
  });

  it('asks a source again that failed, and lets its error through', () => {
    let calls = 0;
    const source = () => {
      calls += 1;
      if (calls === 1) throw new RangeError('not yet');
      return z.string();
    };
    expect(() => schemaOf(source)).toThrow(new RangeError('not yet'));
    expect(schemaOf(source).safeParse('a')).toEqual({ success: true, data: 'a' });
  });

  it('takes a zod/mini schema', () => {
    expect(schemaOf(() => mini.object({ id: mini.string() })).safeParse({ id: 'a', more: 1 })).toEqual({
      success: true,
      data: { id: 'a' },
    });
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [{ id: 'string' }, 'object'],
    ['string', 'string'],
  ])('refuses %o, naming what it got', (value, got) => {
    const message = `[CONTRACT] not a schema: got ${got}, expected a zod schema or a function that returns one`;
    expect(() => schemaOf(value as unknown as Schema)).toThrow(new TypeError(message));
    expect(() => schemaOf(() => value as unknown as Schema)).toThrow(new TypeError(message));
  });
});
