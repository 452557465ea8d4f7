/** Real zod schemas; what a process does with a rejection nobody handles is asked of a process. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sensitive } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues, validate } from './validate.js';

const run = promisify(execFile);

describe('validate', () => {
  it('runs asynchronous refinements, the first time and later', async () => {
    const schema = z.string().refine(async (text) => text !== 'taken');
    for (const [value, success] of [
      ['free', true],
      ['taken', false],
      ['free', true],
    ] as const)
      expect((await validate(schema, value)).success).toBe(success);
  });

  it('runs an asynchronous refinement that only a later value meets', async () => {
    const schema = z.union([z.number(), z.string().refine(async (text) => text !== 'taken')]);
    expect((await validate(schema, 1)).success).toBe(true);
    expect((await validate(schema, 'taken')).success).toBe(false);
    expect((await validate(schema, 'free')).success).toBe(true);
  });

  it('rejects with what an asynchronous refinement fails with, and leaves no rejection that would end the process', async () => {
    const program = `
      import * as z from 'zod';
      import { validate } from ${JSON.stringify(new URL('../../dist/execute/validate.js', import.meta.url).href)};
      const schema = z.string().refine(async () => { throw new Error('no database'); });
      for (let turn = 0; turn < 2; turn++) await Promise.resolve(validate(schema, 'a')).catch(({ message }) => console.log(message));
      await new Promise(setImmediate);
      console.log('alive');`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd });
    expect(stdout.trim().split('\n')).toEqual(['no database', 'no database', 'alive']);
  });

  it('stays synchronous for a schema that is', () => {
    const schema = z.object({ id: z.string() });
    for (const value of [{ id: 1 }, { id: 'a' }, { id: 'a' }]) expect(validate(schema, value)).not.toBeInstanceOf(Promise);
  });

  it('takes a value that is nested too deeply for one that does not fit', async () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(await validate(z.json(), deep)).toEqual({
      success: false,
      error: { issues: [{ path: [], message: 'Invalid input: nested too deeply' }] },
    });
  });

  it('does not take a RangeError of a transform for a deep value', () => {
    const schema = z.number().transform((value) => value.toFixed(101));
    expect(() => validate(schema, 1)).toThrow('toFixed() digits');
  });
});

describe('describeIssues', () => {
  it('repeats 50 issues at most, and 200 characters of a key or message', () => {
    const issues = Array.from({ length: 16_000 }, (_, at) => ({ path: ['k'.repeat(10_000), at], message: 'm'.repeat(10_000) }));
    const described = describeIssues(issues);
    expect(described.issues).toHaveLength(50);
    expect(described.issues[0]).toEqual({ path: [`${'k'.repeat(200)}…`, 0], message: `${'m'.repeat(200)}…` });
    expect(described.text).toContain('(and 15997 more)');
    expect(described.text.length).toBeLessThan(1_500);
  });

  it('repeats no value that the schema marks as sensitive', () => {
    const schema = z.object({
      pin: sensitive(z.string().min(6)),
      card: sensitive(z.object({ number: z.string().min(16) })),
      n: z.int().max(3),
    });
    const value = { pin: '1234', card: { number: '4111' }, n: 5 };
    const { error } = schema.safeParse(value);
    const { text, issues } = describeIssues(error?.issues ?? [], value, schema);
    expect(text).toContain('n: Too big: expected number to be <=3, got 5');
    expect(text).toMatch(/pin: Too small: .*>=6 characters; card\.number: Too small: [^,]*; n:/);
    expect(JSON.stringify([text, issues])).not.toMatch(/1234|4111/);
  });
});
