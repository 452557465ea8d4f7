import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isSensitive, redacted, sensitive } from './sensitive.js';

const Card = sensitive(z.object({ number: z.string(), owner: z.object({ name: z.string() }) }));
const Order = z.object({
  id: z.string(),
  password: sensitive(z.string().min(8)).optional(),
  pin: sensitive(z.string()).nullable().default(null),
  card: Card,
  notes: z.array(z.object({ text: z.string(), secret: sensitive(z.string()) })),
  keys: z.record(z.string(), sensitive(z.string())),
  pay: z.union([z.object({ by: z.literal('cash') }), z.object({ by: z.literal('token'), token: sensitive(z.string()) })]),
  pair: z.tuple([z.string(), sensitive(z.string())]),
  code: sensitive(z.string()).transform((text) => text.length),
});

const order = {
  id: 'o1',
  password: 'hunter22',
  pin: null,
  card: { number: '4111', owner: { name: 'Ada' } },
  notes: [{ text: 'a', secret: 'b' }],
  keys: { one: 'k1' },
  pay: { by: 'token', token: 't' },
  pair: ['x', 'y'],
  code: '1234',
};

describe('what is marked', () => {
  it.each([
    ['password', true],
    ['pin', true],
    ['card', true],
    ['card.number', true],
    ['card.owner.name', true],
    ['notes.0.secret', true],
    ['keys.anything', true],
    ['pay.token', true],
    ['pair.1', true],
    ['code', true],
    ['', false],
    ['id', false],
    ['notes.0.text', false],
    ['notes.0', false],
    ['pay.by', false],
    ['pair.0', false],
    ['unknown.field', false],
    ['constructor', false],
  ])('is found through whatever it is wrapped in: %j is %j', (path, expected) => {
    expect(isSensitive(Order, path === '' ? [] : path.split('.'))).toBe(expected);
  });

  it('is left out of a copy for logs, and nothing else is', () => {
    expect(redacted(() => Order, order)).toEqual({
      id: 'o1',
      password: '[redacted]',
      pin: '[redacted]',
      card: '[redacted]',
      notes: [{ text: 'a', secret: '[redacted]' }],
      keys: { one: '[redacted]' },
      pay: { by: 'token', token: '[redacted]' },
      pair: ['x', '[redacted]'],
      code: '[redacted]',
    });
    expect(order.password).toBe('hunter22');
  });

  it('is found in schemas that contain themselves', () => {
    const Tree: z.ZodType = z.object({ secret: sensitive(z.string()), children: z.array(z.lazy(() => Tree)) });
    expect(redacted(Tree, { secret: 'a', children: [{ secret: 'b', children: [] }] })).toEqual({
      secret: '[redacted]',
      children: [{ secret: '[redacted]', children: [] }],
    });
  });

  it('is a mark alone: the schema stays what it was, with what was said of it', () => {
    const described = z.string().max(5).meta({ description: 'PIN' });
    const marked = sensitive(described);
    expect([marked.safeParse('123456').success, marked.safeParse('1234').success]).toEqual([false, true]);
    expect(z.toJSONSchema(marked)).toMatchObject({ description: 'PIN', 'x-sensitive': true, maxLength: 5 });
    expect(isSensitive(described, [])).toBe(false);
  });

  it('stays on what is made of the schema', () => {
    const marked = sensitive(z.string());
    const made = [
      marked.min(8),
      marked.refine((text) => text !== ''),
      marked.describe('PIN'),
      marked.meta({ title: 'PIN' }),
      marked.brand(),
    ];
    expect(made.map((schema) => isSensitive(schema, []))).toEqual([true, true, true, true, true]);
  });

  it('leaves dates and the like whole', () => {
    const at = new Date(1_700_000_000_123);
    expect(redacted(z.object({ at: z.date() }), { at })).toEqual({ at });
  });

  it('of values that are not there nothing is made', () => {
    expect([redacted(Order, undefined), redacted(Order, null), redacted(Order, { password: undefined })]).toEqual([undefined, null, {}]);
  });
});
