/** The shapes a stack can have: each synthesizes and runs, with the API that is there and without the other. Local only. */

import { createGatewayClient } from '@org/gateway-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { type Synthesized, synthesize } from './synthesize.js';

const { restUrl, socketUrl, local } = inject('stage');

describe.runIf(local)('the shape of a stack', () => {
  let assemblies: Readonly<Record<string, Synthesized>>;
  beforeAll(async () => {
    assemblies = await synthesize('rest-only', 'socket-only');
  }, 180_000);
  afterAll(() => assemblies?.['rest-only']?.remove());

  const run = async (shape: string, test: (own: OwnStage) => Promise<void>) => {
    const assembly = assemblies[shape];
    if (assembly === undefined) throw new Error(`no assembly of ${shape}`);
    const own = await startOwnStage({ assembly: assembly.folder });
    await test(own).finally(() => own.close());
  };
  const document = () => ({ folder: freshName('folder'), title: 'Shaped', body: 'x' });

  it('without WebSocket answers over REST and has no socket', () =>
    run('rest-only', async ({ stage, gateway }) => {
      expect([typeof stage.restUrl, stage.socketUrl]).toEqual(['string', undefined]);
      expect(stage.functions.filter((name) => /Socket|Fanout/.test(name))).toEqual([]);
      const { id } = await gateway.documents.save.mutate(document());
      expect(await gateway.documents.get.query({ id })).toMatchObject({ title: 'Shaped' });
    }));

  it('without REST answers over the socket, announces changes there, and has no URL', () =>
    run('socket-only', async ({ stage, gateway }) => {
      expect([stage.restUrl, typeof stage.socketUrl]).toEqual([undefined, 'string']);
      const input = document();
      const changes = await follow((options) => gateway.documents.changes.subscribe({ folder: input.folder }, options));
      const { id } = await gateway.documents.save.mutate(input, { over: 'socket' });
      expect(await gateway.documents.get.query({ id }, { over: 'socket' })).toMatchObject({ title: 'Shaped' });
      await changes.until((event) => event.change === 'saved' && event.document.id === id);
      changes.stop();
      expect(await gateway.system.whoami.query({}, { over: 'socket' })).toMatchObject({ transport: 'socket' });
    }));

  it('with both has every service over both', async () => {
    const gateway = createGatewayClient({ url: restUrl, socketUrl });
    for (const over of ['http', 'socket'] as const) {
      const calls = [
        gateway.answers.ask.query({ question: 'Is anybody there?' }, { over }),
        gateway.documents.folders.query(undefined, { over }),
        gateway.events.recent.query({}, { over }),
        gateway.files.usage.query(undefined, { over }),
        gateway.inference.labels.query({ id: [freshName('missing')] }, { over }),
        gateway.search.popular.query({}, { over }),
        gateway.system.health.query(undefined, { over }),
      ];
      expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(calls.map(() => 'fulfilled'));
    }
    gateway.$close();
  });
});
