/**
 * The `rest:` routes of a service, in the order they are tried: literal segments before parameters. Matching works on the still encoded
 * path; each parameter is decoded once.
 */

import type { AnyProcedure, AnyService, Route } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';

/** A matched route and its decoded path parameters. */
export interface RouteMatch {
  readonly name: string;
  readonly procedure: AnyProcedure;
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Either a route, or the methods the path has (none: the path is unknown). */
export type RouteLookup = { readonly match: RouteMatch } | { readonly allow: readonly string[] };

export type RouteTable = (method: string, path: string) => RouteLookup;

interface Entry {
  readonly name: string;
  readonly procedure: AnyProcedure;
  readonly route: Route;
}

/** Builds the lookup of a service. HEAD finds GET's route. A lookup throws BAD_REQUEST for a parameter that cannot be decoded. */
export function createRouteTable({ procedures }: AnyService): RouteTable {
  const entries: Entry[] = [];
  for (const [name, procedure] of Object.entries(procedures)) {
    if (procedure.route) entries.push({ name, procedure, route: procedure.route });
  }
  entries.sort((a, b) => (specificity(a.route) < specificity(b.route) ? -1 : 1));
  return (method, path) => {
    const segments = segmentsOf(path);
    const fitting = entries.filter(({ route }) => fits(route, segments));
    const wanted = method === 'HEAD' ? 'GET' : method;
    const entry = fitting.find(({ route }) => route.method === wanted);
    if (entry) return { match: { ...entry, parameters: parametersOf(entry.route, segments) } };
    return { allow: allowedMethods(fitting) };
  };
}

/** Sorts `/a/b` before `/a/{x}`. */
function specificity(route: Route): string {
  return route.segments.map((segment) => ('literal' in segment ? '0' : '1')).join('');
}

function segmentsOf(path: string): readonly string[] {
  const trimmed = path.endsWith('/') && path.length > 1 ? path.slice(0, -1) : path;
  return trimmed.slice(1).split('/');
}

function fits(route: Route, segments: readonly string[]): boolean {
  if (route.segments.length !== segments.length) return false;
  return route.segments.every((segment, at) => ('literal' in segment ? segment.literal === segments[at] : segments[at] !== ''));
}

function parametersOf(route: Route, segments: readonly string[]): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = Object.create(null);
  for (const [at, segment] of route.segments.entries()) {
    if ('parameter' in segment) parameters[segment.parameter] = decode(segment.parameter, segments[at] ?? '');
  }
  return parameters;
}

function decode(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] path parameter ${name} is not percent-encoded UTF-8: got "${text.slice(0, 80)}"`);
  }
}

function allowedMethods(entries: readonly Entry[]): readonly string[] {
  const methods = new Set<string>(entries.map(({ route }) => route.method));
  if (methods.has('GET')) methods.add('HEAD');
  return methods.size === 0 ? [] : [...methods, 'OPTIONS'].sort();
}
