/**
 * tRPC's root with our context and error form. Nothing of a failure's cause is sent (`isDev` false, and a formatter of our own).
 */

import { initTRPC } from '@trpc/server';
import type { User } from '../execute/context.js';
import { formatError } from './trpc-error.js';

/** What an adapter's `createContext` returns: the facts of a call, as far as the adapter knows them. */
export interface TrpcContext {
  /** @default anonymous */
  readonly user?: User | null | undefined;
  /** @default a new one */
  readonly requestId?: string | undefined;
  /** Set over a socket; `connectionOf` of the parts gets it. */
  readonly connectionId?: string | undefined;
}

/** Builders of routers and procedures. */
export function createTrpcRoot() {
  return initTRPC.context<TrpcContext>().create({ isDev: false, errorFormatter: formatError });
}

export type TrpcRoot = ReturnType<typeof createTrpcRoot>;
