/**
 * Search as it is deployed: the READMEs are saved through the typed client, the stream takes them to the index and the store of answers, and
 * `search.find` and `answers.ask` are asked for each by title, by first sentence and by its package's description.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { createGatewayClient, type GatewayClient } from '@org/gateway-client';
import { foundIds } from './found-ids.js';
import { hitRate, type KnownDocument, type KnownItem, type KnownItems, knownItems } from './known-items.js';
import { readmes } from './readmes.js';
import { deployed, withStageProcess } from './stage-process.js';

const TOP = 3;
const CONCURRENCY = 4;
/** `search.find` takes no longer texts. */
const MAX_CHARACTERS = 200;
const PATIENCE_MS = 120_000;

/** Runs and prints. */
export async function benchFind(): Promise<void> {
  const documents = (await readmes()).map((document) => ({ ...document, id: idOf(document) }));
  await withStageProcess(deployed, async ({ restUrl, token }) => {
    const gateway = createGatewayClient({ url: restUrl, auth: { getToken: () => token } });
    const startedMs = performance.now();
    await save(gateway, documents);
    const savedMs = performance.now();
    await whenIndexed(gateway, documents);
    console.log(
      `\nDeployed search in ${documents.length} READMEs: saved in ${((savedMs - startedMs) / 1_000).toFixed(1)} s,` +
        ` indexed ${((performance.now() - savedMs) / 1_000).toFixed(1)} s later`,
    );
    const items = knownItems(documents);
    await print('search.find', items, async (text) => (await foundIds(gateway, { text })).ids);
    await print('answers.ask', items, async (question) =>
      (await gateway.answers.ask.query({ question, limit: 20 })).answers.map(({ documentId }) => documentId),
    );
  });
}

async function print(name: string, items: KnownItems, search: (text: string) => Promise<readonly string[]>): Promise<void> {
  const startedMs = performance.now();
  const rate = async (of: readonly KnownItem[]): Promise<string> => {
    const share = await hitRate(of, TOP, async (question) => [...new Set(await search(question.slice(0, MAX_CHARACTERS)))]);
    return `${(share * 100).toFixed(1)} % of ${of.length}`;
  };
  const { byTitle, bySentence, byDescription } = items;
  const rates = `by title ${await rate(byTitle)}, by first sentence ${await rate(bySentence)}, by description ${await rate(byDescription)}`;
  const questions = byTitle.length + bySentence.length + byDescription.length;
  console.log(
    `  ${name.padEnd(12)} in the first ${TOP}: ${rates}; ${((performance.now() - startedMs) / questions).toFixed(1)} ms a question`,
  );
}

async function save(gateway: GatewayClient, documents: readonly KnownDocument[]): Promise<void> {
  const queue = documents[Symbol.iterator]();
  const worker = async () => {
    for (const { id, title, text } of queue) {
      await gateway.documents.save.mutate({ id, folder: 'packages', title, body: text });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Index and answers have them all, as far as can be seen from outside: the index counts, and the last one saved is answered. */
async function whenIndexed(gateway: GatewayClient, documents: readonly KnownDocument[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const last = documents.at(-1) as KnownDocument;
  const isThere = async (): Promise<boolean> => {
    const { total } = await foundIds(gateway, { limit: 1 });
    if (total < documents.length) return false;
    const { answers } = await gateway.answers.ask.query({ question: last.title, limit: 20 });
    return answers.some(({ documentId }) => documentId === last.id);
  };
  while (!(await isThere())) {
    if (performance.now() > until) throw new Error(`not indexed within ${PATIENCE_MS / 1_000} s`);
    await pause(200);
  }
}

/** As `npm start` makes ids. */
function idOf({ id }: KnownDocument): string {
  return id
    .replace(/^@/, '')
    .replace('/', '.')
    .replace(/[^A-Za-z0-9._@-]/g, '-')
    .slice(0, 128);
}
