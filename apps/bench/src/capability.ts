/**
 * What a call through `ctx` costs above the bare SDK call that does the same, on a local stage in a process of its own: CPU of the calling
 * process only. The difference is validation on both sides, errors, and what a capability adds (the index: aliases, highlights, facets).
 */

import { bareCalls, type Note } from './bare-calls.js';
import { contextOf, modelScript, template } from './capability-resources.js';
import { actAsOperator } from './env.js';
import { type PairedResult, paired, printPaired, type Round } from './paired.js';
import { type StageProcess, withStageProcess } from './stage-process.js';
import { withAssembly } from './temporary-assembly.js';

const note: Note = {
  id: 'note-1',
  title: 'A note about gateways',
  text: 'One contract, two gateways, one typed client. '.repeat(20),
  tags: ['gateway', 'contract', 'client'],
  atMs: 1_700_000_000_123,
};

/** Runs and prints. */
export async function benchCapability(): Promise<void> {
  await withAssembly(template, (assembly) => withStageProcess(assembly, measure), { 'model.mjs': modelScript });
}

async function measure(stage: StageProcess): Promise<void> {
  actAsOperator(stage);
  for (const [title, { bare, ctx }] of Object.entries(await callsOn(stage))) {
    printPaired(title, await run({ 'bare SDK': bare, 'through ctx': ctx }));
  }
}

interface Pair {
  readonly bare: () => Promise<unknown>;
  readonly ctx: () => Promise<unknown>;
}

async function callsOn(stage: StageProcess): Promise<Readonly<Record<string, Pair>>> {
  const domainUrl = stage.outputs.Domain as string;
  const bare = bareCalls(stage, domainUrl);
  const { notes, texts, index, echo, events } = await contextOf(domainUrl);
  await notes.put({ ...note, tags: [...note.tags] });
  await texts.put('text', note.text, { contentType: 'text/plain' });
  await index.ensure();
  const numbered = Array.from({ length: 20 }, (_, at) => `note-${at}`);
  await index.write(numbered.map((id) => ({ put: { ...note, tags: [...note.tags], id }, id, version: 1 })));
  return {
    'table.get': { bare: () => bare.get(note.id), ctx: () => notes.get({ id: note.id }) },
    'table.put': { bare: () => bare.put(note), ctx: () => notes.put({ ...note, tags: [...note.tags] }) },
    'bucket.get, 1 kB': { bare: () => bare.read('text'), ctx: () => texts.get('text') },
    'bucket.put, 1 kB': {
      bare: () => bare.write('text', note.text),
      ctx: () => texts.put('text', note.text, { contentType: 'text/plain' }),
    },
    'index.search, 10 hits': { bare: () => bare.search('typed client'), ctx: () => index.search({ text: 'typed client', limit: 10 }) },
    'model.invoke': { bare: () => bare.invoke([note.text]), ctx: () => echo.invoke({ texts: [note.text] }) },
    'bus.publish': { bare: () => bare.publish(note), ctx: () => events.publish('changed', { ...note, tags: [...note.tags] }) },
  };
}

function run(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<readonly PairedResult[]> {
  const rounds = Object.entries(calls).map(([name, call]): [string, Round] => [
    name,
    async (times) => {
      for (let at = 0; at < times; at += 1) await call();
    },
  ]);
  return paired(Object.fromEntries(rounds), { rounds: 30, times: 40 });
}
