/**
 * The resource tree of a REST API and AWS's way through it: a static segment wins over `{param}`, which wins over `{proxy+}`; a branch that
 * leads nowhere is left again for the next. The resource is chosen first, by path alone; a resource without the method is a 403.
 * Parameters stay percent-encoded as received.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
 */
import type { ResolvedResource } from '../parts.js';
import { text } from './properties.js';

/** One `AWS::ApiGateway::Resource`, or the root. */
export interface RestResource<TMethod> {
  readonly id: string;
  /** `/documents/{id}`; `/` for the root. */
  readonly path: string;
  readonly methods: Map<string, TMethod>;
  readonly statics: Map<string, RestResource<TMethod>>;
  parameter?: { readonly name: string; readonly resource: RestResource<TMethod> };
  greedy?: { readonly name: string; readonly resource: RestResource<TMethod> };
}

/** A resource that fits a path, with what its parameters took. */
export interface RestMatch<TMethod> {
  readonly resource: RestResource<TMethod>;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Every resource by its id; the root is the one that `rootId` names. */
export interface RestTree<TMethod> {
  readonly root: RestResource<TMethod>;
  /** Finds by id. An id that no resource has is the root's: CloudFormation calls it `RootResourceId`, which is no resource of the template. */
  byId(id: string): RestResource<TMethod>;
}

/** Builds the tree. Throws for two parameters or two greedy parameters under one parent, which AWS refuses too. */
export function buildRestTree<TMethod>(rootId: string, resources: readonly ResolvedResource[]): RestTree<TMethod> {
  const root = createResource<TMethod>(rootId, '/');
  const declared = new Map(resources.map((resource) => [resource.physicalId, resource]));
  const built = new Map<string, RestResource<TMethod>>();
  const byId = (id: string): RestResource<TMethod> => {
    const known = built.get(id);
    const declaration = declared.get(id);
    if (known || !declaration) return known ?? root;
    const parent = byId(text(declaration, 'ParentId'));
    const part = text(declaration, 'PathPart');
    const resource = createResource<TMethod>(id, `${parent.path === '/' ? '' : parent.path}/${part}`);
    built.set(id, resource);
    attach(parent, part, resource);
    return resource;
  };
  for (const id of declared.keys()) byId(id);
  return { root, byId };
}

function createResource<TMethod>(id: string, path: string): RestResource<TMethod> {
  return { id, path, methods: new Map(), statics: new Map() };
}

function attach<TMethod>(parent: RestResource<TMethod>, part: string, resource: RestResource<TMethod>): void {
  const variable = /^\{([^}+]+)(\+?)\}$/.exec(part);
  if (!variable) {
    parent.statics.set(part, resource);
    return;
  }
  const kind = variable[2] ? 'greedy' : 'parameter';
  const sibling = parent[kind];
  if (sibling)
    throw new Error(
      `resource ${resource.path}: ${sibling.resource.path} already is the ${kind} resource of ${parent.path}; AWS allows one`,
    );
  parent[kind] = { name: variable[1] ?? '', resource };
}

/** Finds the resource of a path (without stage). A trailing slash does not count; empty segments fit `{proxy+}` only. */
export function matchPath<TMethod>(tree: RestTree<TMethod>, path: string): RestMatch<TMethod> | undefined {
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  return segments.length === 1 && segments[0] === '' ? { resource: tree.root, pathParameters: {} } : descend(tree.root, segments);
}

function descend<TMethod>(resource: RestResource<TMethod>, segments: readonly string[]): RestMatch<TMethod> | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return { resource, pathParameters: {} };
  const inner = resource.statics.get(segment);
  const exact = inner && descend(inner, rest);
  if (exact) return exact;
  if (resource.parameter && segment !== '') {
    const found = descend(resource.parameter.resource, rest);
    if (found) return { ...found, pathParameters: { [resource.parameter.name]: segment, ...found.pathParameters } };
  }
  const { greedy } = resource;
  return greedy && segment !== '' ? { resource: greedy.resource, pathParameters: { [greedy.name]: segments.join('/') } } : undefined;
}
