import { mutation, service } from '@org/gateway-core';
import { test } from 'vitest';
import * as z from 'zod';
import { serviceFunction } from './function.js';

const Job = () => z.object({ jobId: z.string() });
const indexing = serviceFunction(service('indexing', { rebuild: mutation({ input: Job, output: Job }) }));

type ClientOf<TGrant> = TGrant extends { readonly '~client'?: infer TClient } ? NonNullable<TClient> : never;

declare const waited: ClientOf<ReturnType<typeof indexing.allow<['rebuild']>>>;
declare const sent: ClientOf<ReturnType<typeof indexing.allowSend<['rebuild']>>>;

test('what is allowed is called, and what is allowed to be sent is sent', () => {
  void ((): Promise<{ jobId: string }> => waited.rebuild({ jobId: 'a' }));
  void ((): Promise<void> => sent.rebuild.send({ jobId: 'a' }));
  // @ts-expect-error nobody would keep a call that is sent and fails
  void (() => waited.rebuild.send({ jobId: 'a' }));
  // @ts-expect-error only sent
  void (() => sent.rebuild({ jobId: 'a' }));
});
