/**
 * Backends that refuse: what callers are told, what the log says, and what goes on. A stage of its own: rights, templates and time change.
 * Faults of one backend alone are with that backend.
 */

import { createGatewayClient } from '@org/gateway-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { copyAssembly } from './copy-assembly.js';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { signedInAt } from './sign-in.js';

const { local } = inject('stage');
const INTERNAL = { code: 'INTERNAL_SERVER_ERROR', status: 500, data: undefined };

describe.runIf(local)('a denied call', () => {
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage();
  });
  afterAll(() => own?.close());

  it('tells its caller nothing, and the log which word of uses is missing', async () => {
    const giveBack = own.withhold('documents', 'dynamodb:DeleteItem', '*Documents');
    const { id } = await own.gateway.documents.save.mutate({ folder: 'f', title: 'Kept', body: 'x' });
    const error = await own.gateway.documents.remove.mutate({ id }).catch((cause: unknown) => cause);
    expect(error).toMatchObject(INTERNAL);
    expect(String(error)).not.toMatch(/dynamodb|arn:|Documents/);
    const denial = own.denial('dynamodb:DeleteItem');
    expect(denial?.message).toMatch(
      /^User: arn:aws:sts::000000000000:assumed-role\/\S+ is not authorized to perform: dynamodb:DeleteItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table\/gateway-local-data-Documents because no identity-based policy allows the dynamodb:DeleteItem action\. the role documentsServiceRole\w+ has no statement with dynamodb:DeleteItem on /,
    );
    expect(denial?.message).toContain("add 'delete' or 'deleteStep' to Documents.allow(…) in the uses of documents");
    expect(own.journal.some(({ level, part, message }) => level === 'warn' && part === 'iam' && message === denial?.message)).toBe(true);
    expect(await eventually(() => own.logs.find((line) => line.includes("add 'delete' to Documents.allow(…)")))).toContain('documents');
    giveBack();
    expect(await own.gateway.documents.get.query({ id })).toMatchObject({ title: 'Kept', version: 1 });
    await own.gateway.documents.remove.mutate({ id });
  });

  it('of another account’s role is explained, and a search is answered without being counted', async () => {
    const { documents, search } = own.gateway;
    const folder = freshName('folder');
    await documents.save.mutate({ folder, title: 'Found anyway', body: 'x' });
    await eventually(async () => ((await search.find.query({ folder })).total === 1 ? true : undefined));
    const giveBack = own.withhold('search', 'sts:AssumeRole');
    expect((await search.find.query({ text: 'anyway', folder })).items).toMatchObject([{ title: 'Found anyway' }]);
    await expect(search.popular.query({})).rejects.toMatchObject(INTERNAL);
    const denial = own.denial('sts:AssumeRole');
    expect(denial?.resource).toBe('arn:aws:iam::111111111111:role/gateway-local-search-access');
    expect(await eventually(() => own.logs.find((line) => line.includes('a search was not counted')))).toContain(
      'gateway-local-search-access',
    );
    giveBack();
    await search.find.query({ text: 'counted again', folder });
    expect((await search.popular.query({})).items).toContainEqual({ text: 'counted again', count: 1 });
  });
});

describe.runIf(local)('a role of another account that does not trust this one', () => {
  it('is explained by its trust policy, and a search is answered all the same', async () => {
    const assembly = await copyAssembly(ASSEMBLIES.local, (template) =>
      template.replaceAll('"sts:ExternalId":"gateway-local"', '"sts:ExternalId":"another"'),
    );
    const own = await startOwnStage({ assembly: assembly.folder });
    try {
      await own.gateway.search.rebuild.mutate({});
      await eventually(() => own.gateway.search.find.query({ text: 'anything' }));
      await expect(own.gateway.search.popular.query({})).rejects.toMatchObject(INTERNAL);
      expect(own.denial('sts:AssumeRole')?.message).toContain(
        'the trust policy of arn:aws:iam::111111111111:role/gateway-local-search-access does not let the caller in; check its principals and conditions (external id)',
      );
    } finally {
      await own.close();
      await assembly.remove();
    }
  });
});

describe.runIf(local)('a busy backend', () => {
  it('is SERVICE_UNAVAILABLE, which clients may try again, and nothing is half done', async () => {
    let busy = false;
    const own = await startOwnStage({
      serviceFaults: ({ action }) => (busy && /:(PutItem|Publish)$/.test(action) ? 'throttle' : undefined),
    });
    try {
      // What it is told the first time.
      const { documents, events } = createGatewayClient({ url: own.stage.restUrl as string, ...signedInAt(own.stage), retries: 0 });
      const { id } = await documents.save.mutate({ folder: 'f', title: 'Before', body: 'x' });
      busy = true;
      await expect(events.note.mutate({ id, text: 'lost?' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
      await expect(documents.edit.mutate({ id, version: 1, title: 'After' })).rejects.toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
        status: 503,
      });
      expect(await documents.get.query({ id })).toMatchObject({ title: 'Before', version: 1 });
      busy = false;
      expect(await documents.edit.mutate({ id, version: 1, title: 'After' })).toMatchObject({ version: 2 });
    } finally {
      await own.close();
    }
  });
});
