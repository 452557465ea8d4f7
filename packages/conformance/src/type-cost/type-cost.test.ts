/**
 * The budget of a contract's types. What a program pays must depend on what it calls, not on how large the organisation's API is.
 * Needs `tsc -b` to have run: the generated projects compile against core and client as they are packed for npm.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactTypesSource, gatewayClientSource, trpcClientSource } from './client-source.js';
import { type Compilation, type Installation, install, openWorkbench, type Workbench } from './compile.js';
import {
  allProcedures,
  calledProcedures,
  contractSource,
  type EmittedService,
  emittedContract,
  PROCEDURES_PER_SERVICE,
} from './contract-source.js';

/** The machine may be busy. */
const PATIENCE_MS = 120_000;

/** Instantiations of a program that makes ten calls: 1,462 through our client and 12,437 through tRPC's when this was written. */
const GATEWAY_CLIENT_BUDGET = 2_500;
const TRPC_CLIENT_BUDGET = 13_000;

/** Of a program that calls every one of 500 procedures: 40,437 when this was written. */
const EVERY_CALL_BUDGET = 45_000;

const sizes = [100, 500, 1_000];
const counts: Record<'gateway' | 'trpc', Set<number>> = { gateway: new Set(), trpc: new Set() };

let installation: Installation;
let small: Workbench;
let emitted: Compilation;
let service: EmittedService;

beforeAll(async () => {
  installation = await install();
  small = await openWorkbench(installation);
  emitted = await small.emit('contract', contractSource(2 * PROCEDURES_PER_SERVICE));
  service = { name: 's0', text: await readFile(join(small.folder, 'contract', 's0.d.ts'), 'utf8') };
}, PATIENCE_MS);

afterAll(async () => {
  await small.remove();
  await installation.remove();
});

describe('a contract’s declarations', () => {
  it('are emitted (no TS7056), and say neither any nor Zod', () => {
    expect(emitted.errors).toBe('');
    expect(service.text).toContain('length_');
    expect(service.text).not.toMatch(/\bany\b|\bZod|\bz\./);
  });

  it('are the same for every service but for the names, so that those of larger contracts need no compiler', async () => {
    for (const { name, text } of emittedContract(2 * PROCEDURES_PER_SERVICE, service)) {
      expect(await readFile(join(small.folder, 'contract', name), 'utf8'), name).toBe(text);
    }
  });
});

describe.each(sizes)('a contract of %i procedures', (procedures) => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await openWorkbench(installation);
    await bench.write('contract', emittedContract(procedures, service));
  }, PATIENCE_MS);

  afterAll(() => bench.remove());

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
  it('cost the same at every size: nobody pays for procedures they do not call', () => {
    expect([counts.gateway.size, counts.trpc.size]).toEqual([1, 1]);
  });

  it('are what the schemas resolve to, the data of declared errors among them', { timeout: PATIENCE_MS }, async () => {
    expect((await small.check({ name: 'exact.ts', text: exactTypesSource() })).errors).toBe('');
  });

  it('are told apart from any: the program of the test before fails when one type in it is wrong', { timeout: PATIENCE_MS }, async () => {
    const wrong = exactTypesSource().replace('LOCKED: { by: string }', 'LOCKED: { by: any }');
    expect((await small.check({ name: 'wrong.ts', text: wrong })).errors).toMatch(
      /^.*wrong\.ts\(\d+,\d+\): error TS2322: Type 'true' is not assignable to type 'false'\.$/,
    );
  });
});
