/**
 * The budget of a contract's types. What a program pays must depend on what it calls, not on how large the organisation's API is.
 * Needs `tsc -b` to have run: the generated projects compile against core and client as they are packed for npm.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactTypesSource, gatewayClientSource, trpcClientSource } from './client-source.js';
import { type Compilation, type Installation, install, openWorkbench, type Workbench } from './compile.js';
import { allProcedures, calledProcedures, contractSource, PROCEDURES_PER_SERVICE } from './contract-source.js';

/** tsc for a thousand procedures takes a few seconds alone, and the machine may be busy. */
const PATIENCE_MS = 120_000;

/** Instantiations of a program that makes ten calls: 1,271 through our client and 11,785 through tRPC's when this was written. */
const GATEWAY_CLIENT_BUDGET = 2_500;
const TRPC_CLIENT_BUDGET = 12_500;

/** Of a program that calls every one of 500 procedures: 35,346 when this was written. */
const EVERY_CALL_BUDGET = 45_000;

const sizes = [100, 500, 1_000];
const counts: Record<'gateway' | 'trpc', Set<number>> = { gateway: new Set(), trpc: new Set() };

let installation: Installation;
beforeAll(async () => {
  installation = await install();
}, PATIENCE_MS);
afterAll(() => installation.remove());

describe.each(sizes)('a contract of %i procedures', (procedures) => {
  let bench: Workbench;
  let emitted: Compilation;

  beforeAll(async () => {
    bench = await openWorkbench(installation);
    emitted = await bench.emit('contract', contractSource(procedures));
  }, PATIENCE_MS);

  afterAll(() => bench.remove());

  it('emits its declarations (no TS7056), which say neither any nor Zod', async () => {
    expect(emitted.errors).toBe('');
    const text = await readFile(join(bench.folder, 'contract', `s${procedures / PROCEDURES_PER_SERVICE - 1}.d.ts`), 'utf8');
    expect(text).toContain('length_');
    expect(text).not.toMatch(/\bany\b|\bZod|\bz\./);
  });

  it('fits the budget of a GatewayClient that makes ten calls', { timeout: PATIENCE_MS }, async () => {
    const { errors, instantiations } = await bench.check({
      name: 'gateway-client.ts',
      text: gatewayClientSource(calledProcedures(procedures)),
    });
    expect(errors).toBe('');
    expect(instantiations).toBeLessThanOrEqual(GATEWAY_CLIENT_BUDGET);
    counts.gateway.add(instantiations);
  });

  it('fits the budget of a stock tRPC client that makes ten calls', { timeout: PATIENCE_MS }, async () => {
    const { errors, instantiations } = await bench.check({ name: 'trpc-client.ts', text: trpcClientSource(procedures) });
    expect(errors).toBe('');
    expect(instantiations).toBeLessThanOrEqual(TRPC_CLIENT_BUDGET);
    counts.trpc.add(instantiations);
  });

  if (procedures !== 500) return;
  it('fits the budget of a GatewayClient that calls them all', { timeout: PATIENCE_MS }, async () => {
    const { errors, instantiations } = await bench.check({ name: 'every-call.ts', text: gatewayClientSource(allProcedures(procedures)) });
    expect(errors).toBe('');
    expect(instantiations).toBeLessThanOrEqual(EVERY_CALL_BUDGET);
  });
});

describe('the emitted types', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench(installation);
    await bench.emit('contract', contractSource(PROCEDURES_PER_SERVICE));
  }, PATIENCE_MS);

  afterAll(() => bench.remove());

  it('cost the same at every size: nobody pays for procedures they do not call', () => {
    expect([counts.gateway.size, counts.trpc.size]).toEqual([1, 1]);
  });

  it('are what the schemas resolve to, the data of declared errors among them', { timeout: PATIENCE_MS }, async () => {
    expect((await bench.check({ name: 'exact.ts', text: exactTypesSource() })).errors).toBe('');
  });

  it('are told apart from any: the program of the test before fails when one type in it is wrong', { timeout: PATIENCE_MS }, async () => {
    const wrong = exactTypesSource().replace('LOCKED: { by: string }', 'LOCKED: { by: any }');
    expect((await bench.check({ name: 'wrong.ts', text: wrong })).errors).toMatch(
      /^.*wrong\.ts\(\d+,\d+\): error TS2322: Type 'true' is not assignable to type 'false'\.$/,
    );
  });
});
