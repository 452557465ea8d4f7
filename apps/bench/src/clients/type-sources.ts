/**
 * The same API for each library, of any size: ten procedures a service, an input of five fields, an output with a list, half of them
 * queries; and a program that makes ten calls. Field names differ from procedure to procedure, or the compiler would check one type for all.
 */

/** A file of a generated project. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** How an API is declared in a library, and called. */
export interface TypeContestant {
  /** The files of its server, or of its contract. `api.ts` is what the client imports. */
  api(services: readonly string[]): readonly SourceFile[];
  /** What comes before the calls. */
  readonly client: string;
  /** An expression of the title of the first item. */
  call(call: Called): string;
}

/** A procedure of a service. */
export interface Called {
  readonly service: string;
  readonly index: number;
  readonly suffix: string;
  readonly input: string;
}

const PER_SERVICE = 10;

const inputOf = (suffix: string) =>
  `z.object({ id: z.string(), kind: z.enum(['draft', 'final']), limit: z.int().default(20), length_${suffix}: z.string(), filter: z.object({ owner_${suffix}: z.string().optional(), tags: z.array(z.string()) }) })`;
const outputOf = (suffix: string) =>
  `z.object({ total: z.number(), items: z.array(z.object({ id: z.string(), title_${suffix}: z.string(), at: z.number().nullable() })) })`;

/** Names of services for so many procedures. */
export const servicesOf = (procedures: number) => Array.from({ length: procedures / PER_SERVICE }, (_, at) => `s${at}`);

/** Ten procedures, spread over the services. */
export function tenCalls(services: readonly string[]): readonly Called[] {
  return Array.from({ length: 10 }, (_, index) => {
    const service = services[Math.floor((index * services.length) / 10)] as string;
    const suffix = `${service}x${index}`;
    return { service, index, suffix, input: `{ id: 'a', kind: 'final', limit: 3, length_${suffix}: 'abc', filter: { tags: [] } }` };
  });
}

const isQuery = (index: number) => index % 2 === 0;
const each = (make: (index: number) => string, separator = '\n') =>
  Array.from({ length: PER_SERVICE }, (_, index) => make(index)).join(separator);

/** A file for each service, and one that puts them together. */
function modules(services: readonly string[], head: string, one: (service: string) => string, all: string): readonly SourceFile[] {
  const imports = services.map((name) => `import { ${name} } from './${name}.js';`).join('\n');
  return [
    ...services.map((name) => ({ name: `${name}.ts`, text: `${head}\nimport * as z from 'zod';\nexport const ${name} = ${one(name)};\n` })),
    { name: 'api.ts', text: `${imports}\n${all}\n` },
  ];
}

const ours: TypeContestant = {
  api(services) {
    const types = services.map((name) => `${name}: typeof ${name}`).join('; ');
    const all = `import { type Contract, defineContract } from '@org/gateway-core';
export const contract: Contract<{ ${types} }> = defineContract({ ${services} });`;
    const one = (service: string) => {
      const procedures = each((index) => {
        const suffix = `${service}x${index}`;
        return `p${index}: ${isQuery(index) ? 'query' : 'mutation'}({ input: () => ${inputOf(suffix)}, output: () => ${outputOf(suffix)} }),`;
      });
      return `service('${service}', {\n${procedures}\n})`;
    };
    return modules(services, "import { mutation, query, service } from '@org/gateway-core';", one, all);
  },
  client: `import type { GatewayClient } from '@org/gateway-client';
import type { contract } from './api/api.js';
declare const client: GatewayClient<typeof contract>;`,
  call: ({ service, index, suffix, input }) =>
    `(await client.${service}.p${index}.${isQuery(index) ? 'query' : 'mutate'}(${input})).items[0]!.title_${suffix}`,
};

const trpc: TypeContestant = {
  api(services) {
    const one = (service: string) => {
      const procedures = each((index) => {
        const suffix = `${service}x${index}`;
        return `p${index}: t.procedure.input(${inputOf(suffix)}).output(${outputOf(suffix)}).${isQuery(index) ? 'query' : 'mutation'}(() => null as never),`;
      });
      return `t.router({\n${procedures}\n})`;
    };
    const all = `import { t } from './t.js';\nexport const router = t.router({ ${services} });\nexport type Router = typeof router;`;
    return [
      { name: 't.ts', text: "import { initTRPC } from '@trpc/server';\nexport const t = initTRPC.create();\n" },
      ...modules(services, "import { t } from './t.js';", one, all),
    ];
  },
  client: `import { createTRPCClient, httpLink } from '@trpc/client';
import type { Router } from './api/api.js';
const client = createTRPCClient<Router>({ links: [httpLink({ url: '/rpc' })] });`,
  call: ours.call,
};

const orpc: TypeContestant = {
  api(services) {
    const one = (service: string) => {
      const procedures = each(
        (index) => `p${index}: oc.input(${inputOf(`${service}x${index}`)}).output(${outputOf(`${service}x${index}`)}),`,
      );
      return `{\n${procedures}\n}`;
    };
    return modules(services, "import { oc } from '@orpc/contract';", one, `export const contract = { ${services} };`);
  },
  client: `import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from './api/api.js';
const client: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ url: '/rpc' }));`,
  call: ({ service, index, suffix, input }) => `(await client.${service}.p${index}(${input})).items[0]!.title_${suffix}`,
};

const hono: TypeContestant = {
  api(services) {
    const one = (service: string) => {
      const routes = each((index) => {
        const suffix = `${service}x${index}`;
        return `  .post('/p${index}', validator('json', (value) => ${inputOf(suffix)}.parse(value)), (c) => c.json(null as unknown as z.output<ReturnType<typeof output${index}>>))`;
      });
      return `new Hono()\n${routes}`;
    };
    const outputs = (service: string) => each((index) => `const output${index} = () => ${outputOf(`${service}x${index}`)};`);
    const files = modules(
      services,
      "import { Hono } from 'hono';\nimport { validator } from 'hono/validator';",
      one,
      `import { Hono } from 'hono';\nexport const app = new Hono()${services.map((name) => `.route('/${name}', ${name})`).join('')};\nexport type App = typeof app;`,
    );
    return files.map(({ name, text }) => ({
      name,
      text: name === 'api.ts' ? text : text.replace('export const', `${outputs(name.slice(0, -3))}\nexport const`),
    }));
  },
  client: `import { hc } from 'hono/client';
import type { App } from './api/api.js';
const client = hc<App>('/rest');`,
  call: ({ service, index, suffix, input }) =>
    `(await (await client.${service}.p${index}.$post({ json: ${input} })).json()).items[0]!.title_${suffix}`,
};

const openApi: TypeContestant = {
  api(services) {
    const route = (service: string, index: number) => {
      const suffix = `${service}x${index}`;
      const input = `{ id: string; kind: 'draft' | 'final'; limit?: number; length_${suffix}: string; filter: { owner_${suffix}?: string; tags: string[] } }`;
      const output = `{ total: number; items: { id: string; title_${suffix}: string; at: number | null }[] }`;
      return `  '/${service}/p${index}': { post: { requestBody: { content: { 'application/json': ${input} } }; responses: { 200: { content: { 'application/json': ${output} } } } } };`;
    };
    return [
      {
        name: 'api.ts',
        text: `export interface paths {\n${services.map((service) => each((index) => route(service, index))).join('\n')}\n}\n`,
      },
    ];
  },
  client: `import createClient from 'openapi-fetch';
import type { paths } from './api/api.js';
const client = createClient<paths>({ baseUrl: '/rest' });`,
  call: ({ service, index, suffix, input }) =>
    `(await client.POST('/${service}/p${index}', { body: ${input} })).data!.items[0]!.title_${suffix}`,
};

/** By the name that is printed. */
export const TYPE_CONTESTANTS: Readonly<Record<string, TypeContestant>> = {
  'this client': ours,
  'tRPC client': trpc,
  'oRPC client of a contract': orpc,
  'Hono hc of a server': hono,
  'openapi-fetch of a schema': openApi,
};
