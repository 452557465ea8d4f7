/**
 * Loads AWS SDK clients on first use, one of each per process and account. Where they connect to and with which credentials is the
 * SDK's own business (its variables, the role of the function) unless a caller says otherwise; resources of another account are used with
 * the role that the deployment names there.
 */

import type { AccountAccess } from '../service/grant.js';
import { type AwsCredentialsProvider, type AwsOptions, lazily } from './aws-options.js';
import type { Dynamo } from './dynamo.js';
import type { Lambda } from './lambda.js';
import type { S3 } from './s3.js';

/** Another account and who acts there. */
export interface AccountRole extends AccountAccess {
  /** Name of the account in the stage's settings. */
  readonly account: string;
  /** Appears in the other account's CloudTrail: letters, digits and `=,.@-_`, at most 64. */
  readonly sessionName: string;
}

/** SDK clients, opened on the first call and the same ones ever after. */
export interface Sdk {
  dynamo(): Promise<Dynamo>;
  s3(): Promise<S3>;
  lambda(): Promise<Lambda>;
  /** For requests that are signed without an SDK client. */
  readonly credentials: AwsCredentialsProvider;
  readonly region: string | undefined;
  /** Closes the sockets of what was opened. */
  close(): Promise<void>;
}

export interface CreateSdkOptions extends AwsOptions {
  /** Resources of this account, with credentials of its role; `region` and `credentials` are for assuming it. @default the gateway's own */
  readonly role?: AccountRole | undefined;
  /** Epoch milliseconds, for the end of a role's credentials. */
  readonly now: () => number;
}

/** SDK clients of their own, for a test or a tool; functions take `processSdk`. */
export function createSdk({ role, now, ...own }: CreateSdkOptions): Sdk {
  const assumed = role && lazily(async () => (await import('./assumed-role.js')).assumedRole(role, { ...own, now }));
  const options: AwsOptions = assumed ? { ...own, region: role.region, credentials: async () => (await assumed())() } : own;
  const ownCredentials = lazily(async () => (await import('./own-credentials.js')).ownCredentials());
  const opened: Promise<{ close(): void }>[] = [];
  const open = <TClient extends { close(): void }>(load: () => Promise<TClient>) =>
    lazily(() => {
      const client = load();
      opened.push(client);
      return client;
    });
  return {
    dynamo: open(async () => (await import('./dynamo.js')).openDynamo(options)),
    s3: open(async () => (await import('./s3.js')).openS3(options)),
    lambda: open(async () => (await import('./lambda.js')).openLambda(options)),
    credentials: async () => {
      const { credentials } = options;
      if (typeof credentials === 'function') return credentials();
      return credentials ?? (await ownCredentials())();
    },
    region: options.region,
    close: async () => {
      for (const client of await Promise.all(opened)) client.close();
    },
  };
}

const shared = new Map<string | undefined, Sdk>();

/** The process's SDK clients, its own or those for another account: connections are kept open between invocations, and shared by all resources. */
export function processSdk(role?: AccountRole): Sdk {
  const known = shared.get(role?.account);
  if (known) return known;
  const made = createSdk({ role, now: Date.now });
  shared.set(role?.account, made);
  return made;
}
