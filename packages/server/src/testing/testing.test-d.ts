/** Compile-time rules of the test kit; `tsc -b` is the test. */

import { defineContract, mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { testGateway } from './index.js';

const notes = service('notes', {
  get: query({ input: () => z.object({ id: z.string() }), output: () => z.object({ n: z.number() }) }),
  clear: mutation({}),
  changes: subscription({ event: () => z.object({ n: z.number() }) }),
});
const { gateway, as } = testGateway(defineContract({ notes }), []);

async function calls(): Promise<void> {
  const n: number = (await gateway.notes.get.query({ id: 'a' }, { over: 'socket' })).n;
  await as({ id: 'ann' }).notes.clear.mutate();
  const events: readonly { n: number }[] = await (await gateway.notes.changes.subscribe()).events();
  // @ts-expect-error input of the wrong type
  await gateway.notes.get.query({ id: 1 });
  // @ts-expect-error a query cannot be mutated
  await gateway.notes.get.mutate({ id: 'a' });
  // @ts-expect-error no such service
  void gateway.nothing;
  void [n, events];
}
void calls;
