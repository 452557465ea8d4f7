/**
 * What a service may do to a resource, as data. One grant is read three times: by types (what `ctx` offers), by the runtime (which
 * client to make, from which variable) and by infra (which IAM statement to write). No SDK and no CDK is imported here.
 */

/** A part of a resource that IAM names by itself. */
export type GrantTarget =
  | { readonly part: 'self' }
  /** A table's index. */
  | { readonly part: 'index'; readonly name: string }
  /** A bucket's objects under a prefix. */
  | { readonly part: 'objects'; readonly prefix: string };

/** IAM actions on parts of one resource. */
export interface GrantStatement {
  readonly actions: readonly string[];
  readonly targets: readonly GrantTarget[];
}

/** A resource with the operations a service uses. `TClient` is what `ctx` offers for it. */
export interface Grant<TClient> {
  readonly resource: ResourceDeclaration;
  readonly operations: readonly string[];
  readonly statements: readonly GrantStatement[];
  /** Types only; never set. */
  readonly '~client'?: TClient;
}

export type AnyGrant = Grant<unknown>;

/** What infra creates and the runtime connects to. */
export type ResourceDeclaration = TableResource | BucketResource;

export interface TableResource {
  readonly kind: 'table';
  /** Also the logical id in the stack and the end of the variable's name. */
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string | undefined;
  readonly indexes: Readonly<Record<string, { readonly partitionKey: string; readonly sortKey: string | undefined }>>;
}

export interface BucketResource {
  readonly kind: 'bucket';
  readonly name: string;
  /** Browsers PUT to signed URLs from other origins. */
  readonly browserUploads: boolean;
}

/** The environment variable that carries the deployed name of a resource. */
export function resourceVariable(resource: ResourceDeclaration): string {
  return `RES_${resource.name}`;
}

const RESOURCE_NAME = /^[A-Z][A-Za-z0-9]{0,63}$/;

/**
 * @throws TypeError for a name that CloudFormation could not carry as a logical id.
 */
export function checkResourceName(kind: string, name: string): void {
  if (RESOURCE_NAME.test(name)) return;
  throw new TypeError(`[SERVICE] bad name for a ${kind}: got "${name}", expected letters and digits starting with a capital, at most 64`);
}
