/**
 * Writes the source of programs that call ten procedures of a generated contract: through the gateway's client, through a stock tRPC
 * client, and one that compiles only when the emitted types are exactly what the schemas say.
 */

import { type CalledProcedure, calledProcedures } from './contract-source.js';

const INPUT = (suffix: string) => `{ id: 'a', kind: 'final', length_${suffix}: 'abc', filter: { tags: [] } }`;

/** A call of each procedure through `GatewayClient`. */
export function gatewayClientSource(procedures: readonly CalledProcedure[]): string {
  return `import type { GatewayClient } from '@org/gateway-client';
import type { contract } from './contract/index.js';

declare const client: GatewayClient<typeof contract>;
${calls(procedures)}
`;
}

/** Ten calls through a stock tRPC client of `ContractRouter`. */
export function trpcClientSource(procedures: number): string {
  return `import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient, httpLink } from '@trpc/client';
import type { contract } from './contract/index.js';

const client = createTRPCClient<ContractRouter<typeof contract>>({ links: [httpLink({ url: 'http://127.0.0.1' })] });
${calls(calledProcedures(procedures))}
`;
}

function calls(procedures: readonly CalledProcedure[]): string {
  const lines = procedures.map(({ service, procedure, suffix }, index) => {
    const method = Number(procedure.slice(1)) % 2 === 0 ? 'query' : 'mutate';
    return `export const title${index}: string = (await client.${service}.${procedure}.${method}(${INPUT(suffix)})).items[0]!.title_${suffix};`;
  });
  return lines.join('\n');
}

/** Compiles only when the types of `s0.p0` in the declarations are the resolved ones, errors among them, and none is \`any\`. */
export function exactTypesSource(): string {
  return `import type { ErrorsOf, InputOf, OutputOf, ParsedOf, ReturnOf } from '@org/gateway-core';
import type { contract } from './contract/index.js';

type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type P = (typeof contract)['services']['s0']['procedures']['p0'];
interface Item { id: string; title_s0x0: string; at: number | null }
type Output = { total: number; items: { [TKey in keyof Item]: Item[TKey] }[] };
type Filter = { owner_s0x0?: string | undefined; tags: string[] };

export const input: Exact<InputOf<P>, { id: string; kind: 'draft' | 'final'; limit?: number | undefined; length_s0x0: string; filter: Filter }> = true;
export const parsed: Exact<ParsedOf<P>, { id: string; kind: 'draft' | 'final'; limit: number; length_s0x0: number; filter: Filter }> = true;
export const returned: Exact<ReturnOf<P>, Output> = true;
export const output: Exact<OutputOf<P>, Output> = true;
export const errors: Exact<ErrorsOf<P>, { NOT_FOUND: { id_s0x0: string }; LOCKED: { by: string } }> = true;
export const isNotAny: Exact<ErrorsOf<P>, never> = false;
`;
}
