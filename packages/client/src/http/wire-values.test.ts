import type { Contract, NoErrors, Procedure, Service } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from './create-http-client.js';
import { httpStage } from './http-client.fixture.js';

interface Photo {
  readonly takenAt: Date;
  readonly bytes: bigint;
  readonly thumbnail: Uint8Array;
}

type Photos = Contract<{
  photos: Service<
    'photos',
    {
      list: Procedure<'query', { since: Date }, unknown, unknown, { items: Photo[] }, NoErrors>;
      add: Procedure<'mutation', Photo, unknown, unknown, { id: string }, NoErrors>;
    }
  >;
}>;

const stage = httpStage();
const client = () => createHttpClient<Photos>({ url: stage.server.url });
const NOON = new Date('2024-02-29T12:00:00Z');

describe('P2.16 values that JSON has no form for', () => {
  it('go as texts', async () => {
    stage.answer({ body: '{"result":{"data":{"id":"a"}}}' });
    await client().photos.add.mutate({ takenAt: NOON, bytes: 90_071_992_547_409_931n, thumbnail: Buffer.from([1, 2, 255]) });
    expect(stage.server.requests[0]?.body).toBe('{"takenAt":"2024-02-29T12:00:00.000Z","bytes":"90071992547409931","thumbnail":"AQL/"}');
    stage.answer({ body: '{"result":{"data":{"items":[]}}}' });
    await client().photos.list.query({ since: NOON });
    expect(stage.server.requests[1]?.target).toContain('?input={"since":"2024-02-29T12:00:00.000Z"}');
  });

  it('come as what they are, alone and in a batch', async () => {
    const item =
      '{"result":{"data":{"items":[{"takenAt":"2024-02-29T12:00:00.000Z","bytes":"12","thumbnail":"AQL/"}]},"codecs":[["d","items",null,"takenAt"],["n","items",null,"bytes"],["b","items",null,"thumbnail"]]}}';
    const photo = { takenAt: NOON, bytes: 12n, thumbnail: new Uint8Array([1, 2, 255]) };
    stage.answer({ body: item }, { body: `[${item},{"result":{"data":{"items":[]}}}]` });
    const gateway = client();
    await expect(gateway.photos.list.query({ since: NOON })).resolves.toEqual({ items: [photo] });
    const both = [gateway.photos.list.query({ since: NOON }), gateway.photos.list.query({ since: new Date(0) })];
    await expect(Promise.all(both)).resolves.toEqual([{ items: [photo] }, { items: [] }]);
  });

  it('are each caller’s own when identical queries share an answer', async () => {
    stage.answer({
      body: '{"result":{"data":{"items":[{"takenAt":"2024-02-29T12:00:00.000Z"}]},"codecs":[["d","items",null,"takenAt"]]}}',
    });
    const gateway = client();
    const [first, second] = await Promise.all([gateway.photos.list.query({ since: NOON }), gateway.photos.list.query({ since: NOON })]);
    first.items[0]?.takenAt.setFullYear(1970);
    expect(second.items[0]?.takenAt).toEqual(NOON);
  });
});
