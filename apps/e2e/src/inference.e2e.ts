/** SageMaker, through the inference service: a model in a container, asked at once, line by line, and for every document that changes. */

import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGatewayClient } from '@org/gateway-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AssemblyCopy, copyAssembly } from './copy-assembly.js';
import { eventually } from './eventually.js';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, local } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
const { inference, documents } = gateway;

const WEB = 'An HTTP server framework with routing and middleware for web applications.';
const TESTING = 'A unit test runner with assertions, mocks, spies and coverage for your test suites.';

describe('inference', () => {
  afterAll(() => gateway.$close());

  it('says what each text is about, with how sure it is of every label', async () => {
    const { labels } = await inference.classify.mutate({ texts: [WEB, TESTING] });
    expect(labels.map(({ label }) => label)).toEqual(['web', 'testing']);
    for (const { label, probability, all } of labels) {
      expect(all[0]).toEqual({ label, probability });
      expect(all.reduce((sum, each) => sum + each.probability, 0)).toBeCloseTo(1, 1);
    }
  });

  it('streams a label per text to whoever follows, then says that it is at its end', async () => {
    const stream = randomUUID();
    const results = await follow((options) => inference.results.subscribe({ stream }, options));
    expect(await inference.classifyStream.mutate({ stream, texts: [TESTING, WEB] })).toEqual({ count: 2 });
    const events = await results.until((event) => event.kind === 'end');
    expect(events.map((event) => (event.kind === 'label' ? [event.index, event.label] : event))).toEqual([
      [0, 'testing'],
      [1, 'web'],
      { kind: 'end', count: 2 },
    ]);
    results.stop();
  });

  it('labels documents as they change, announces it, and forgets those that are removed', async () => {
    const id = freshName('labelled');
    await expect(inference.label.query({ id })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { id } });
    const labelled = await follow((options) => inference.labelled.subscribe({ id }, options));
    const document = { id, folder: freshName('folder'), title: 'Readme' };
    await documents.save.mutate({ ...document, body: WEB });
    await labelled.until(({ version }) => version === 1);
    expect(await inference.label.query({ id })).toMatchObject({ id, version: 1, label: 'web' });
    await documents.save.mutate({ ...document, body: TESTING });
    expect((await labelled.until(({ version }) => version === 2)).at(-1)).toMatchObject({ id, label: 'testing' });
    expect((await inference.labels.query({ id: [id, freshName('missing')] })).items).toMatchObject([{ id, version: 2, label: 'testing' }]);
    labelled.stop();
    await documents.remove.mutate({ id });
    await eventually(async () => ((await inference.labels.query({ id: [id] })).items.length === 0 ? true : undefined));
  });
});

describe.runIf(local)('a model that fails (a stage of its own, with a model that does what it is told)', () => {
  let assembly: AssemblyCopy;
  let own: OwnStage;
  beforeAll(async () => {
    const script = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'fragile-model.js');
    assembly = await copyAssembly(ASSEMBLIES.local, (template) =>
      template.replace(/("local-stage:container":\{"script":)"[^"]*"/, `$1${JSON.stringify(script)}`),
    );
    own = await startOwnStage({ assembly: assembly.folder });
  });
  afterAll(async () => {
    await own?.close();
    await assembly?.remove();
  });
  const classify = (text: string) => own.gateway.inference.classify.mutate({ texts: [text] });
  const MODEL_FAILED = { code: 'FAILED_DEPENDENCY', status: 424, error: 'MODEL_FAILED', data: { model: 'classifier' } };

  it.each([
    ['refuses a text', 'refuse'],
    ['fails inside', 'fail'],
    ['answers what does not fit its schema', 'babble'],
  ])('is FAILED_DEPENDENCY and named when it %s, and answers the next request', async (_what, text) => {
    await expect(classify(text)).rejects.toMatchObject(MODEL_FAILED);
    expect(await classify('fine')).toMatchObject({ labels: [{ label: 'fine' }] });
  });

  it('is told of by the stream too, after the labels that came', async () => {
    const stream = randomUUID();
    const results = await follow((options) => own.gateway.inference.results.subscribe({ stream }, options));
    await expect(own.gateway.inference.classifyStream.mutate({ stream, texts: ['fine', 'break off'] })).rejects.toMatchObject(MODEL_FAILED);
    expect(await results.until((event) => event.kind === 'failed')).toMatchObject([
      { kind: 'label', index: 0, label: 'fine' },
      { kind: 'failed', count: 1 },
    ]);
    results.stop();
  });

  it('is out of service while its container is down, and comes back by itself', async () => {
    await expect(classify('crash')).rejects.toMatchObject({ code: expect.stringMatching(/FAILED_DEPENDENCY|SERVICE_UNAVAILABLE/) });
    await eventually(() => classify('fine'));
  });
});
