import { defineContract, query, service, subscription, wire } from '@org/gateway-core';
import { afterEach, expect, it } from 'vitest';
import * as z from 'zod';
import { iterate, take } from '../socket/socket-client.fixture.js';
import { type MockGateway, mockGateway } from './mock-gateway.js';

const Photo = () => z.object({ takenAt: wire.date(), bytes: wire.bigint(), thumbnail: wire.bytes() });
const contract = defineContract({
  photos: service('photos', {
    after: query({ input: () => z.object({ since: wire.date() }), output: () => z.array(Photo()) }),
    added: subscription({ event: Photo }),
    sample: query({ output: Photo }),
  }),
});
const photo = { takenAt: new Date('2024-02-29T12:00:00Z'), bytes: 90_071_992_547_409_931n, thumbnail: new Uint8Array([1, 2, 255]) };

let mock: MockGateway<typeof contract>;
afterEach(() => mock.close());

it('P2.16 dates, bigints and bytes are what they are in a mock, too', async () => {
  const asked: unknown[] = [];
  mock = mockGateway(contract, { photos: { after: ({ input }) => [{ ...photo, takenAt: input.since }], added: () => [photo] } });
  for (const over of ['http', 'socket'] as const) {
    asked.push(await mock.gateway.photos.after.query({ since: photo.takenAt }, { over }));
  }
  expect(asked).toEqual([[photo], [photo]]);
  expect(await take(iterate(mock.gateway.photos.added.subscribe()), 1)).toEqual([photo]);
});

it('P2.16 samples have them', async () => {
  mock = mockGateway(contract);
  expect(await mock.gateway.photos.sample.query()).toEqual({
    takenAt: expect.any(Date),
    bytes: expect.any(BigInt),
    thumbnail: expect.any(Uint8Array),
  });
});
