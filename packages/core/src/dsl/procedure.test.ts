import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { error } from './declared-error.js';
import { mutation, query, type Retention, subscription } from './procedure.js';
import { schemaOf } from './schema.js';
import { service } from './service.js';

describe('query', () => {
  it('is private to signed-in users, without a route, and declares nothing until told', () => {
    expect(query({})).toEqual({
      kind: 'query',
      input: undefined,
      output: undefined,
      errors: {},
      route: undefined,
      meta: { auth: 'user', summary: undefined, deprecated: undefined, retainSeconds: undefined, sequenced: false, idempotent: false },
    });
  });

  it('keeps what it was told', () => {
    const input = z.object({ id: z.string() });
    const output = z.string();
    const data = z.object({ id: z.string() });
    const deprecated = { since: '2026-01-01', sunset: '2026-12-31', use: 'documents.get' };
    expect(
      query({
        input,
        output,
        errors: { NOT_FOUND: data },
        auth: { scopes: ['read'] },
        summary: 'One text',
        deprecated,
        rest: 'GET /texts/{id}',
      }),
    ).toEqual({
      kind: 'query',
      input,
      output,
      errors: { NOT_FOUND: { code: 'NOT_FOUND', data } },
      route: {
        method: 'GET',
        path: '/texts/{id}',
        segments: [{ literal: 'texts' }, { parameter: 'id' }],
        headers: {},
        body: undefined,
        status: 200,
      },
      meta: { auth: { scopes: ['read'] }, summary: 'One text', deprecated, retainSeconds: undefined, sequenced: false, idempotent: false },
    });
  });

  it('builds no schema when it is defined, and each one once when it is used', () => {
    const built: string[] = [];
    const lazily = (name: string) => () => {
      built.push(name);
      return z.object({ id: z.string() });
    };
    const { get } = service('documents', {
      get: query({
        input: lazily('input'),
        output: lazily('output'),
        errors: { NOT_FOUND: lazily('NOT_FOUND'), LOCKED: error('CONFLICT', lazily('LOCKED')) },
      }),
    }).procedures;
    expect(built).toEqual([]);
    for (const source of [get.input, get.output, get.errors.NOT_FOUND?.data, get.errors.LOCKED?.data]) {
      schemaOf(source!);
      schemaOf(source!);
    }
    expect(built).toEqual(['input', 'output', 'NOT_FOUND', 'LOCKED']);
  });
});

describe('mutation', () => {
  it('may not be repeated until told', () => {
    expect(mutation({}).kind).toBe('mutation');
    expect(mutation({}).meta.idempotent).toBe(false);
    expect(mutation({ idempotent: true }).meta.idempotent).toBe(true);
  });
});

describe('subscription', () => {
  const event = z.object({ at: z.int() });

  it('carries its event as output and has no route', () => {
    expect(subscription({ event })).toEqual({
      kind: 'subscription',
      input: undefined,
      output: event,
      errors: {},
      route: undefined,
      meta: { auth: 'user', summary: undefined, deprecated: undefined, retainSeconds: 86_400, sequenced: false, idempotent: false },
    });
  });

  it('is sequenced when it says so', () => {
    expect(subscription({ event, sequenced: true }).meta.sequenced).toBe(true);
  });

  it.each([
    ['45s', 45],
    ['30m', 1_800],
    ['24h', 86_400],
    ['7d', 604_800],
  ] as const)('keeps events for %s', (retain, seconds) => {
    expect(subscription({ event, retain }).meta.retainSeconds).toBe(seconds);
  });

  it.each(['0h', '1.5h', '-1d', '1e3s', '24', '24H', ' 1h'])('refuses to keep events for %j', (retain) => {
    expect(() => subscription({ event, retain: retain as Retention })).toThrow(
      new TypeError(
        `[CONTRACT] malformed retain: got "${retain}", expected a whole number above 0 and a unit, such as "30m", "24h" or "7d"`,
      ),
    );
  });
});
