/**
 * The contract's routes as a tRPC router that only describes: `trpc-to-openapi` reads schemas and `meta.openapi` off it. No procedure
 * of it ever runs. Fields that a header or the whole body fills are taken out of the input first, because the generator knows only
 * path, query and JSON body.
 */

import { initTRPC } from '@trpc/server';
import type { OpenApiMeta, OpenApiRouter } from 'trpc-to-openapi';
import * as z from 'zod';
import type { AnyContract } from '../dsl/contract.js';
import type { Deprecation } from '../dsl/procedure.js';
import type { Route } from '../dsl/route.js';
import { type SchemaSource, schemaOf } from '../dsl/schema.js';
import { inputFields } from './input-fields.js';
import { type NamedProcedure, parametersOf, procedures } from './walk.js';

/** A procedure that has a route. */
export interface RoutedProcedure extends NamedProcedure {
  readonly route: Route;
}

/** The procedures with a route, in the contract's order. */
export function routedProcedures(contract: AnyContract): readonly RoutedProcedure[] {
  return procedures(contract).flatMap((named) => (named.procedure.route ? [{ ...named, route: named.procedure.route }] : []));
}

/** Headers that OpenAPI describes elsewhere (content and security) and forbids as parameters: OpenAPI 3.1, Parameter Object, `name`. */
const DESCRIBED_ELSEWHERE = new Set(['accept', 'authorization', 'content-type']);

/** A router with one described procedure per route, under `service.name`. */
export function openApiRouter(contract: AnyContract): OpenApiRouter {
  const { procedure, router } = initTRPC.meta<OpenApiMeta>().create();
  const described = routedProcedures(contract).map((named) => {
    const { input, output } = named.procedure;
    const base = procedure.meta(metaOf(named)).output(output === undefined ? z.void() : zodOf(output));
    return [named.path, (input === undefined ? base : base.input(documentedInput(input, named.route))).query(neverRuns)] as const;
  });
  return router(Object.fromEntries(described));
}

function metaOf({ service, path, procedure, route }: RoutedProcedure): OpenApiMeta {
  const { summary, deprecated, auth } = procedure.meta;
  const requestHeaders = headersOf(procedure.input, route);
  return {
    openapi: {
      method: route.method,
      path: route.path as `/${string}`,
      operationId: path,
      tags: [service],
      protect: auth !== 'public',
      errorResponses: [],
      ...(summary === undefined ? {} : { summary }),
      ...(deprecated === undefined ? {} : { deprecated: true, description: deprecationText(deprecated) }),
      ...(requestHeaders === undefined ? {} : { requestHeaders }),
    },
  };
}

function deprecationText({ since, sunset, use }: Deprecation): string {
  return [`Deprecated since ${since}.`, sunset && `May be gone after ${sunset}.`, use && `Use ${use}.`].filter(Boolean).join(' ');
}

function headersOf(input: SchemaSource | undefined, { headers }: Route): z.ZodObject | undefined {
  const named = Object.entries(headers).filter(([header]) => !DESCRIBED_ELSEWHERE.has(header));
  const shape = input === undefined ? undefined : inputFields(input)?.shape;
  if (!shape || named.length === 0) return undefined;
  return z.object(Object.fromEntries(named.map(([header, field]) => [header, shape[field] as z.ZodType])));
}

/**
 * The input without the fields that a header or the whole body fills. The generator refuses parameters that are literals, template
 * literals or zod/mini, and takes every pipe; what a caller sends into a pipe is its first schema.
 */
function documentedInput(input: SchemaSource, route: Route): z.ZodType {
  const { shape = {}, catchall } = inputFields(input) ?? {};
  const elsewhere = new Set([...Object.values(route.headers), route.body]);
  const parameters = new Set(route.method === 'POST' ? parametersOf(route) : Object.keys(shape));
  const fields = Object.entries(shape).filter(([field]) => !elsewhere.has(field));
  const object = z.object(Object.fromEntries(fields.map(([field, schema]) => [field, parameters.has(field) ? piped(schema) : schema])));
  const documented = catchall === undefined ? object : object.catchall(catchall);
  return schemaOf(input).safeParse(undefined).success ? documented.optional() : documented;
}

function piped(schema: z.ZodType): z.ZodType {
  return z.pipe(schema, z.unknown());
}

function zodOf(source: SchemaSource): z.ZodType {
  return schemaOf(source) as unknown as z.ZodType;
}

function neverRuns(): never {
  throw new Error('this router only describes the contract');
}
