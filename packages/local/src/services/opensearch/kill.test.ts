/** What was acknowledged is there after a kill, as it was written last; what was deleted is not. */
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixture.test.support.js';
import { startChild } from '../kill.test.support.js';
import { createClient, startOpenSearch } from './opensearch.test.support.js';

const index = 'writes';

it('a kill loses no acknowledged document and brings back no deleted one', async () => {
  const dataDir = await temporaryFolder();
  const { child, exited, message } = await startChild<{ url: string }>(new URL('./kill-child.test.support.ts', import.meta.url), dataDir);
  const client = createClient(message.url);
  await client.indices.create({ index });
  const present = new Map<string, number>();
  /** Ids whose last write was not answered. */
  const open = new Set<string>();
  let acknowledged = 0;
  let alive = true;
  void exited.then(() => {
    alive = false;
  });
  const writer = async (lane: number): Promise<void> => {
    for (let n = 0; alive; n++) {
      const ids = [`${lane}-${n % 20}`, `${lane}-x${n}`];
      for (const id of ids) open.add(id);
      const body = ids.flatMap((id) => [{ index: { _id: id } }, { n, [`field${n % 7}`]: 'x'.repeat(500) }]);
      await client.bulk({ index, body: body as never });
      for (const id of ids) present.set(id, n);
      await client.delete({ index, id: `${lane}-x${n}` });
      present.delete(`${lane}-x${n}`);
      for (const id of ids) open.delete(id);
      acknowledged++;
      if (acknowledged >= 400) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 6 }, (_, lane) => writer(lane)));
  await exited;
  expect(acknowledged).toBeGreaterThanOrEqual(400);

  const { client: after } = await startOpenSearch({ dataDir });
  const { body } = await after.search({ index, body: { size: 10_000, query: { match_all: {} } } });
  const kept = new Map(body.hits.hits.map(({ _id, _source }) => [String(_id), (_source as { n: number }).n]));
  const settled = [...present].filter(([id]) => !open.has(id));
  expect(settled.length).toBeGreaterThan(60);
  for (const [id, n] of settled) expect([id, kept.get(id)]).toEqual([id, n]);
  for (const id of kept.keys()) expect(present.has(id) || open.has(id)).toBe(true);
});
