import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineContract } from '../dsl/contract.js';
import { error } from '../dsl/declared-error.js';
import { mutation, type ProcedureKind, query, subscription } from '../dsl/procedure.js';
import type { Schema } from '../dsl/schema.js';
import { type ProcedureRecord, service } from '../dsl/service.js';
import { checkContract } from './check-contract.js';

const contractOf = (procedures: ProcedureRecord) => defineContract({ things: service('things', procedures) });

function problemsOf(procedures: ProcedureRecord): readonly string[] {
  try {
    checkContract(contractOf(procedures));
    return [];
  } catch (failure) {
    expect(failure).toBeInstanceOf(TypeError);
    const [first, ...lines] = (failure as TypeError).message.split('\n');
    expect(first).toBe(`[CONTRACT] the contract has ${lines.length === 1 ? 'one problem' : `${lines.length} problems`}:`);
    return lines.map((line) => line.replace(/^- /, ''));
  }
}

const IsoDate = () => z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });

describe('checkContract', () => {
  it('passes a contract whose schemas and routes are sound', () => {
    expect(
      problemsOf({
        get: query({
          input: () =>
            z.object({
              id: z.string(),
              limit: z.int().default(20),
              since: IsoDate().optional(),
              tags: z.array(z.enum(['a', 'b'])),
              either: z.union([z.literal('a'), z.uuid()]),
              count: z.number().nullable().default(null),
            }),
          output: () => z.object({ nested: z.array(z.object({ a: z.record(z.string(), z.null()) })) }),
          errors: { NOT_FOUND: z.object({ id: z.string() }) },
          rest: 'GET /things/{id}',
        }),
        search: query({ input: z.object({ deep: z.object({ a: z.array(z.object({})) }) }), rest: 'POST /things/search' }),
        put: mutation({
          input: z.object({ name: z.string(), type: z.string(), content: z.base64(), note: z.string().optional() }),
          rest: { route: 'POST /things/{name}', headers: { 'content-type': 'type' }, body: 'content', status: 204 },
        }),
        changes: subscription({ event: () => z.object({ at: z.int() }) }),
        free: mutation({ input: z.union([z.string(), z.object({}).transform(() => 1)]), output: z.unknown() }),
      }),
    ).toEqual([]);
  });

  it('says everything that is wrong at once, each with its procedure', () => {
    expect(
      problemsOf({
        get: query({ input: z.object({ id: z.string() }), rest: 'GET /things/{key}' }),
        save: mutation({ rest: 'GET /things' }),
      }),
    ).toEqual([
      'things.get: path parameter {key} fills the field "key", which the input does not have',
      'things.save: a mutation has a GET route, which caches, crawlers and HEAD requests repeat; use POST or DELETE',
    ]);
  });

  it('reports a schema source that does not build', () => {
    const broken = () => {
      throw new RangeError('no such region');
    };
    expect(problemsOf({ get: query({ input: broken }) })).toEqual([
      'things.get: input cannot cross the wire: no such region. Take what JSON can carry and decode it with z.codec, or leave the schema out for none.',
    ]);
  });

  it('refuses a bare transform in an output, an event and the data of an error', () => {
    const transformed = () => z.object({ length: z.string().transform((text) => text.length) });
    const problems = problemsOf({
      get: query({ output: transformed, errors: { LOCKED: error('CONFLICT', transformed) } }),
      changes: subscription({ event: transformed }),
    });
    expect(problems.map((problem) => problem.split(' cannot')[0])).toEqual([
      'things.get: output',
      'things.get: data of error LOCKED',
      'things.changes: event',
    ]);
    expect(problems[0]).toBe(
      'things.get: output cannot cross the wire: Transforms cannot be represented in JSON Schema. Give what JSON can carry: no bare transforms, no codec into another type; leave the schema out for none.',
    );
  });

  it.each([
    ['a date', z.date()],
    ['a codec into a date', IsoDate()],
    ['a bigint', z.bigint()],
    ['a map', z.map(z.string(), z.string())],
    ['undefined', z.undefined()],
  ])('refuses %s in an output: the client would get something else', (_, schema) => {
    expect(problemsOf({ get: query({ output: z.object({ value: schema }) }) })).toHaveLength(1);
  });

  it('refuses recursive error data on a route: the document shows it inline', () => {
    const Node = z.object({
      get children() {
        return z.array(Node);
      },
    });
    const errors = { CONFLICT: Node };
    expect(problemsOf({ get: query({ errors, rest: 'GET /things' }), find: query({ errors }) })).toEqual([
      'things.get: data of error CONFLICT is recursive or has parts with an id; write it out',
    ]);
  });

  it('takes a codec and a transform in an input, and no date: no JSON is one', () => {
    expect(problemsOf({ get: query({ input: z.object({ at: IsoDate(), length: z.string().transform((text) => text.length) }) }) })).toEqual(
      [],
    );
    expect(problemsOf({ get: query({ input: z.object({ at: z.date() }) }) })).toHaveLength(1);
  });

  it.each([
    ['a string', z.string()],
    ['a union', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
    ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() }))],
  ])('refuses a route that fills the fields of an input which is no object but %s', (_, input: Schema) => {
    expect(problemsOf({ get: query({ input, rest: 'GET /things' }) })).toEqual([
      'things.get: its route fills the fields of an object, but the input is none; use z.object',
    ]);
  });

  it('refuses parameters, headers and a body without a field', () => {
    expect(
      problemsOf({
        put: mutation({ rest: { route: 'POST /things/{toString}', headers: { 'x-tag': 'tag' }, body: 'content' } }),
      }),
    ).toEqual([
      'things.put: path parameter {toString} fills the field "toString", which the input does not have',
      'things.put: header x-tag fills the field "tag", which the input does not have',
      'things.put: the body fills the field "content", which the input does not have',
    ]);
  });

  it('refuses parameters, headers and a body whose field they cannot spell', () => {
    const list = z.array(z.string());
    expect(
      problemsOf({
        put: mutation({
          input: z.object({ id: list, tag: z.object({}), content: z.number() }),
          rest: { route: 'POST /things/{id}', headers: { 'x-tag': 'tag' }, body: 'content' },
        }),
      }),
    ).toEqual([
      'things.put: path parameter {id} fills the field "id", expected a string, number, boolean or enum',
      'things.put: header x-tag fills the field "tag", expected a string, number, boolean or enum',
      'things.put: the body fills the field "content", expected a string',
    ]);
  });

  it('refuses an optional path parameter', () => {
    expect(problemsOf({ get: query({ input: z.object({ id: z.string().optional() }), rest: 'GET /things/{id}' }) })).toEqual([
      'things.get: path parameter {id} is optional in the input',
    ]);
  });

  it('refuses a field that is filled twice', () => {
    expect(
      problemsOf({
        put: mutation({
          input: z.object({ id: z.string() }),
          rest: { route: 'POST /things/{id}', headers: { 'x-id': 'id' }, body: 'id' },
        }),
      }),
    ).toEqual([
      'things.put: header x-id and path parameter {id} both fill the field "id"',
      'things.put: the body and header x-id both fill the field "id"',
    ]);
  });

  it.each(['GET', 'DELETE'] as const)('refuses a nested field on %s: a query string is flat', (method) => {
    const define = method === 'GET' ? query : mutation;
    const input = z.object({
      filter: z.object({ a: z.string() }),
      tags: z.array(z.array(z.string())),
      either: z.union([z.string(), z.number()]),
    });
    const procedure = define({ input, rest: `${method} /things` }) as ProcedureRecord[string] & { kind: ProcedureKind };
    expect(problemsOf({ find: procedure })).toEqual([
      'things.find: field "filter" has to fit a query string, expected a string, number, boolean or enum, or an array of those',
      'things.find: field "tags" has to fit a query string, expected a string, number, boolean or enum, or an array of those',
      'things.find: field "either" has to fit a query string, expected a string, number, boolean or enum, or an array of those',
    ]);
  });

  it('refuses a required field that nothing carries beside a whole body', () => {
    expect(
      problemsOf({
        put: mutation({ input: z.object({ name: z.string(), content: z.string() }), rest: { route: 'POST /things', body: 'content' } }),
      }),
    ).toEqual(['things.put: field "name" is required, but the whole body is "content"; map it to a header']);
  });

  it('refuses a query that deletes, and 204 with an output', () => {
    expect(
      problemsOf({
        get: query({ rest: 'DELETE /things' }),
        save: mutation({ output: z.string(), rest: { route: 'POST /things', status: 204 } }),
      }),
    ).toEqual([
      'things.get: a query has a DELETE route, which says that it removes something; use GET or POST',
      'things.save: its route answers 204, which has no body, but it has an output; use another status or no output',
    ]);
  });
});
