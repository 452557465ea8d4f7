/**
 * Rules for what is in a bundle, read from esbuild's metafile: AWS clients are the server package's business alone and are not loaded
 * at cold start where the declaration gives no right to use them; zod is imported as a namespace (the named import carries every
 * locale); a service carries its own part of the contract only; and a cold start reads no more than it can bear.
 */

import type { AnyServiceDeclaration, AnyWorkerDeclaration } from '@org/gateway-server/service';
import type { Metafile } from 'esbuild';
import { type Bundle, entryOutput } from './bundle.js';
import { calledBy, type Declarations, declarationOf } from './declarations.js';
import { clientsOfFunction } from './function-clients.js';

/** Minified bytes that a cold start reads: twice what a service needs (150 kB: the gateway, the contract, zod), so that an AWS client shows. */
export const MAX_COLD_START_BYTES = 300_000;

/** All of zod's locales but English; with a namespace import they are shaken off. */
const ZOD_LOCALE = /\/zod\/v4\/locales\/(?!en\.|index\.)/;
/** A file of a client, or a client that the bundle leaves out. */
const AWS_CLIENT =
  /(?:^|(?:^|\/)node_modules\/)(@aws-sdk\/(?:client-[a-z0-9-]+|s3-request-presigner|s3-presigned-post)|@opensearch-project\/opensearch)(?:\/|$)/;
/** Who may import AWS clients: the server package, and AWS's packages each other. */
const CLIENT_OWNER = /^packages\/server\/|(?:^|\/)node_modules\/@(?:aws-sdk|smithy|opensearch-project)\//;

/** A file of the contract. */
const CONTRACT_FILE = /^packages\/contract\/dist\/([a-z][A-Za-z0-9]*)\.js$/;

/** What is wrong with the bundles, one line each. */
export function checkBundles(bundles: readonly Bundle[], declarations: Declarations): readonly string[] {
  const parts = partsOf(declarations.services);
  return bundles.flatMap((bundle) => {
    const declared = declarationOf(bundle.name, declarations);
    return [
      ...strayImports(bundle),
      ...foreignContract(bundle, parts, declared === undefined ? [] : contractOf(declared)),
      ...undeclaredClients(bundle, clientsOfFunction(bundle.name, declarations)),
      ...zodLocales(bundle),
      ...size(bundle),
    ];
  });
}

/** Minified bytes that a cold start of the function reads: its entry, and the chunks that are imported statically. */
export function coldStartBytes({ metafile }: Bundle): number {
  return coldStartOutputs(metafile).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Services whose part of the contract a function needs: its own, those it calls, and what a worker announces. */
function contractOf(declared: AnyServiceDeclaration | AnyWorkerDeclaration): readonly string[] {
  const called = calledBy(declared);
  if ('service' in declared) return [declared.service.name, ...called];
  return declared.announces === undefined ? called : [declared.announces.name, ...called];
}

function strayImports({ name, metafile }: Bundle): readonly string[] {
  return Object.entries(metafile.inputs)
    .filter(([path]) => !CLIENT_OWNER.test(path))
    .flatMap(([path, { imports }]) => imports.map((imported) => ({ path, client: AWS_CLIENT.exec(imported.path)?.[1] })))
    .filter(({ client }) => client !== undefined)
    .map(({ path, client }) => `${name}: ${path} imports ${client}; use what ctx offers, or declare the resource`);
}

function undeclaredClients({ name, metafile }: Bundle, allowed: readonly string[]): readonly string[] {
  const read = [...coldStartInputs(metafile), ...coldStartExternals(metafile)];
  const clients = new Set(read.flatMap((input) => AWS_CLIENT.exec(input)?.[1] ?? []));
  return [...clients]
    .filter((client) => !allowed.includes(client))
    .map((client) => `${name} loads ${client}, which it declares no use of; import it dynamically, or declare the resource`);
}

function zodLocales({ name, metafile }: Bundle): readonly string[] {
  if (!coldStartInputs(metafile).some((input) => ZOD_LOCALE.test(input))) return [];
  return [`${name} carries zod's locales; import it as: import * as z from 'zod'`];
}

/** Files of the contract that belong to one service, and the one of all; others (messages of a bus, shared fields) are anybody's. */
function partsOf(services: readonly AnyServiceDeclaration[]): ReadonlySet<string> {
  return new Set(['contract', ...services.map(({ service }) => service.name)]);
}

/** The contract is one file a service, and one that puts them together. */
function foreignContract({ name, metafile }: Bundle, parts: ReadonlySet<string>, own: readonly string[]): readonly string[] {
  const foreign = coldStartInputs(metafile).filter((input) => {
    const part = CONTRACT_FILE.exec(input)?.[1];
    return part !== undefined && parts.has(part) && !own.includes(part);
  });
  return foreign.map(
    (input) => `${name} carries ${input}, another part of the contract; import its own service from @org/gateway-contract`,
  );
}

function size(bundle: Bundle): readonly string[] {
  const bytes = coldStartBytes(bundle);
  if (bytes <= MAX_COLD_START_BYTES) return [];
  const { name } = bundle;
  return [`${name} reads ${bytes} bytes at cold start, expected at most ${MAX_COLD_START_BYTES}; ${name}.meta.json says what they are`];
}

/** Files of which something is left, after tree shaking, in what a cold start reads. */
function coldStartInputs(metafile: Metafile): readonly string[] {
  return coldStartOutputs(metafile).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

/** Packages that the bundle leaves out and a cold start would read all the same. */
function coldStartExternals(metafile: Metafile): readonly string[] {
  const imports = coldStartOutputs(metafile).flatMap((output) => output.imports);
  return imports.filter(({ external, kind }) => external === true && kind === 'import-statement').map(({ path }) => path);
}

function coldStartOutputs(metafile: Metafile): readonly Metafile['outputs'][string][] {
  const { outputs } = metafile;
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') visit(next);
  };
  visit(entryOutput(metafile));
  return [...reached].flatMap((path) => outputs[path] ?? []);
}
