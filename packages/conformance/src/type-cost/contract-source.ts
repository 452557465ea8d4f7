/**
 * Writes the source of a contract of any size, always of the same shape: ten procedures a service, a file per service, an input of five
 * fields (nested object, enum, default, transform), an output with a list of objects, a declared error. What it costs to type-check is
 * compared with the figures measured for tRPC, oRPC and ts-rest on the same shape.
 */

/** A file of a generated project. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Procedures in a service. */
export const PROCEDURES_PER_SERVICE = 10;

/** The files of a contract with so many procedures; `index.ts` exports it as `contract`. */
export function contractSource(procedures: number): readonly SourceFile[] {
  const services = serviceNames(procedures);
  return [
    ...services.map((name) => ({ name: `${name}.ts`, text: serviceSource(name) })),
    { name: 'index.ts', text: indexSource(services) },
  ];
}

function serviceNames(procedures: number): readonly string[] {
  return Array.from({ length: procedures / PROCEDURES_PER_SERVICE }, (_, index) => `s${index}`);
}

function serviceSource(service: string): string {
  const procedures = Array.from({ length: PROCEDURES_PER_SERVICE }, (_, index) => procedureSource(service, index));
  return `import { error, mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';

export const ${service} = service('${service}', {
${procedures.join('\n')}
});
`;
}

/** Field names differ from procedure to procedure, or the compiler would print one type for all of them. */
function procedureSource(service: string, index: number): string {
  const suffix = `${service}x${index}`;
  return `  p${index}: ${index % 2 === 0 ? 'query' : 'mutation'}({
    input: () => z.object({
      id: z.string(),
      kind: z.enum(['draft', 'final']),
      limit: z.int().default(20),
      length_${suffix}: z.string().transform((text) => text.length),
      filter: z.object({ owner_${suffix}: z.string().optional(), tags: z.array(z.string()) }),
    }),
    output: () => z.object({
      total: z.number(),
      items: z.array(z.object({ id: z.string(), title_${suffix}: z.string(), at: z.number().nullable() })),
    }),
    errors: { NOT_FOUND: () => z.object({ id_${suffix}: z.string() }), LOCKED: error('CONFLICT', () => z.object({ by: z.string() })) },
  }),`;
}

function indexSource(services: readonly string[]): string {
  const imports = services.map((name) => `import { ${name} } from './${name}.js';`);
  const types = services.map((name) => `${name}: typeof ${name}`);
  return `import { type Contract, defineContract } from '@org/gateway-core';
${imports.join('\n')}

export const contract: Contract<{ ${types.join('; ')} }> = defineContract({ ${services.join(', ')} });
`;
}

/** What a service emits, of which all others differ only by the names in it. */
export interface EmittedService {
  readonly name: string;
  readonly text: string;
}

/** The declarations of a contract with so many procedures, as the compiler emits them, from those of one of its services. */
export function emittedContract(procedures: number, { name: known, text }: EmittedService): readonly SourceFile[] {
  const services = serviceNames(procedures);
  const index = [
    "import { type Contract } from '@org/gateway-core';",
    ...services.map((name) => `import { ${name} } from './${name}.js';`),
    'export declare const contract: Contract<{',
    ...services.map((name) => `    ${name}: typeof ${name};`),
    '}>;',
    '',
  ];
  return [
    ...services.map((name) => ({ name: `${name}.d.ts`, text: text.replace(new RegExp(`${known}(?=x\\d|\\b)`, 'g'), name) })),
    { name: 'index.d.ts', text: index.join('\n') },
  ];
}

/** A procedure, and what the names of its fields end in. */
export interface CalledProcedure {
  readonly service: string;
  readonly procedure: string;
  readonly suffix: string;
}

/** All procedures of a contract. */
export function allProcedures(procedures: number): readonly CalledProcedure[] {
  return Array.from({ length: procedures }, (_, index) => {
    const [service, procedure] = [`s${Math.floor(index / PROCEDURES_PER_SERVICE)}`, index % PROCEDURES_PER_SERVICE];
    return { service, procedure: `p${procedure}`, suffix: `${service}x${procedure}` };
  });
}

/** The ten procedures a client project calls: spread over the services, queries and mutations alike. */
export function calledProcedures(procedures: number): readonly CalledProcedure[] {
  const services = procedures / PROCEDURES_PER_SERVICE;
  return Array.from({ length: 10 }, (_, index) => {
    const service = `s${Math.floor((index * services) / 10)}`;
    return { service, procedure: `p${index}`, suffix: `${service}x${index}` };
  });
}
