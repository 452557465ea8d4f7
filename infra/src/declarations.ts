/**
 * What is deployed of the declared services and workers, and the resources they use, each once. With the GraphQL API off, whatever uses
 * or resolves one is left out.
 */

import { isDeepStrictEqual } from 'node:util';
import type { AnyService } from '@org/gateway-core';
import {
  type AnyGrant,
  type AnyServiceDeclaration,
  type AnyWorkerDeclaration,
  isFunctionGrant,
  type ResourceDeclaration,
  sequencedOf,
} from '@org/gateway-server/service';
import type { StageSettings } from './settings-schema.js';

/** Services and workers, as the apps declare them. */
export interface Declarations {
  readonly services: readonly AnyServiceDeclaration[];
  readonly workers: readonly AnyWorkerDeclaration[];
}

/** The service or worker behind a function; undefined for the gateway's own functions. */
export function declarationOf(name: string, { services, workers }: Declarations): AnyServiceDeclaration | AnyWorkerDeclaration | undefined {
  return services.find(({ service }) => service.name === name) ?? workers.find((worker) => worker.name === name);
}

type GraphSetting = Pick<StageSettings, 'graph'>;

/** Those that a stage has. */
export function deployedOf({ services, workers }: Declarations, { graph }: GraphSetting): Declarations {
  if (graph !== false) return { services, workers };
  return {
    services: services.filter(({ uses }) => !usesGraph(uses)),
    workers: workers.filter(({ uses, source }) => !usesGraph(uses) && source.kind !== 'fields'),
  };
}

function usesGraph(uses: Readonly<Record<string, AnyGrant>>): boolean {
  return Object.values(uses).some(({ resource }) => resource.kind === 'graph');
}

/** Services with subscriptions whose events are numbered by the sequencer; without one there is no sequencer. */
export function sequencedServices(declarations: Declarations, settings: GraphSetting): readonly AnyService[] {
  const { services } = deployedOf(declarations, settings);
  return services.flatMap(({ service }) => (sequencedOf(service).length > 0 ? [service] : []));
}

/** Names of the gateway's own tables and bucket. */
const OWN_NAMES = new Set(['Connections', 'Topics', 'Payloads', 'Replies']);

/**
 * The resources that a stage's services and workers declare, each once, by name.
 *
 * @throws Error when one name stands for two different resources, or for one of the gateway's own.
 */
export function declaredResources(declarations: Declarations, settings: GraphSetting): readonly ResourceDeclaration[] {
  const found = new Map<string, ResourceDeclaration>();
  for (const [owner, resource] of usesOf(deployedOf(declarations, settings))) {
    if (OWN_NAMES.has(resource.name)) throw clash(owner, resource, "the gateway's own");
    const other = found.get(resource.name);
    if (other !== undefined && !isDeepStrictEqual(other, resource)) throw clash(owner, resource, `another ${other.kind}`);
    found.set(resource.name, resource);
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function usesOf({ services, workers }: Declarations): readonly (readonly [owner: string, resource: ResourceDeclaration])[] {
  return [
    ...services.flatMap(({ service, uses }) => Object.values(uses).map(({ resource }) => [service.name, resource] as const)),
    ...workers.flatMap(({ name, source, uses }) =>
      [source.resource, ...Object.values(uses).map(({ resource }) => resource)].map((resource) => [name, resource] as const),
    ),
  ];
}

function clash(owner: string, { kind, name }: ResourceDeclaration, other: string): Error {
  return new Error(`[SERVICE] ${owner} uses a ${kind} called "${name}", which is ${other} too; rename one`);
}

/** Services in an order in which each comes after those it calls: the caller is told the function's name. */
export function inCallOrder(services: readonly AnyServiceDeclaration[]): readonly AnyServiceDeclaration[] {
  const byName = new Map(services.map((declaration) => [declaration.service.name, declaration]));
  const ordered = new Set<AnyServiceDeclaration>();
  const visit = (declaration: AnyServiceDeclaration, path: readonly string[]): void => {
    const { name } = declaration.service;
    if (ordered.has(declaration)) return;
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw new Error(`[SERVICE] services call each other in a circle: ${circle}; let one tell the other by a bus, or move the procedure`);
    }
    for (const called of calledBy(declaration)) {
      const other = byName.get(called);
      if (other === undefined)
        throw new Error(`[SERVICE] ${name} calls the service "${called}", which is not deployed; add it to services.ts`);
      visit(other, [...path, name]);
    }
    ordered.add(declaration);
  };
  for (const declaration of services) visit(declaration, []);
  return [...ordered];
}

/** Names of the services that get calls for which nobody waits. */
export function sentServices({ services, workers }: Declarations): ReadonlySet<string> {
  const grants = [...services, ...workers].flatMap(({ uses }) => Object.values(uses).filter(isFunctionGrant));
  return new Set(grants.flatMap(({ waits, resource }) => (waits ? [] : [resource.service])));
}

/** Names of the services that a service or worker calls. */
export function calledBy({ uses }: { readonly uses: Readonly<Record<string, AnyGrant>> }): readonly string[] {
  return Object.values(uses)
    .filter(isFunctionGrant)
    .map(({ resource }) => resource.service);
}
