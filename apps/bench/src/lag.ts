/**
 * How long after `documents.save` is acknowledged its effects show, one document at a time on the deployed path: found by `search.find`,
 * labelled by the model, an entry of the activity. Each is asked for over and over, so a figure is late by up to one such call.
 */

import { randomUUID } from 'node:crypto';
import { createGatewayClient, type GatewayClient } from '@org/gateway-client';
import { foundIds } from './found-ids.js';
import { quantile } from './paired.js';
import { deployed, withStageProcess } from './stage-process.js';

const WRITES = 50;
const PATIENCE_MS = 30_000;

/** Runs and prints. */
export async function benchLag(): Promise<void> {
  await withStageProcess(deployed, async ({ restUrl, token }) => {
    const gateway = createGatewayClient({ url: restUrl, auth: { getToken: () => token } });
    // Functions start cold, and so does the model.
    for (let at = 0; at < 3; at += 1) await saveAndWait(gateway);
    const all: Lag[] = [];
    for (let at = 0; at < WRITES; at += 1) all.push(await saveAndWait(gateway));
    console.log(`\nFrom the acknowledged write to its effects (${WRITES} writes, one at a time)`);
    print('write acknowledged', all, ({ savedMs }) => savedMs);
    print('found by search.find', all, ({ foundMs }) => foundMs);
    print('labelled', all, ({ labelledMs }) => labelledMs);
    print('activity entry', all, ({ enteredMs }) => enteredMs);
  });
}

interface Lag {
  /** From the call to its answer. The others count from the answer. */
  readonly savedMs: number;
  readonly foundMs: number;
  readonly labelledMs: number;
  readonly enteredMs: number;
}

async function saveAndWait(gateway: GatewayClient): Promise<Lag> {
  const id = `lag-${randomUUID()}`;
  const word = `word${id.replaceAll('-', '')}`;
  const calledMs = performance.now();
  await gateway.documents.save.mutate({ id, folder: 'bench', title: `A web framework ${word}`, body: `Routes and middleware. ${word}` });
  const savedAtMs = performance.now();
  const since = async (isThere: () => Promise<boolean>): Promise<number> => {
    while (!(await isThere())) {
      if (performance.now() - savedAtMs > PATIENCE_MS) throw new Error(`${id}: no effect after ${PATIENCE_MS} ms`);
    }
    return performance.now() - savedAtMs;
  };
  const [foundMs, labelledMs, enteredMs] = await Promise.all([
    since(async () => (await foundIds(gateway, { text: word })).ids.includes(id)),
    since(async () => (await gateway.inference.labels.query({ id: [id] })).items.length > 0),
    since(async () => (await gateway.events.recent.query({ limit: 5 })).items.some(({ subject }) => subject === id)),
  ]);
  return { savedMs: savedAtMs - calledMs, foundMs, labelledMs, enteredMs };
}

function print(name: string, all: readonly Lag[], of: (lag: Lag) => number): void {
  const sorted = all.map(of).sort((a, b) => a - b);
  const [median, p90] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  console.log(`  ${name.padEnd(28)} ${median.toFixed(0).padStart(7)} ms median   ${p90.toFixed(0)} ms at 90 %`);
}
