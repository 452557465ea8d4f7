/** Messages that fit in no frame, both ways, by our client on the stage: PROTOCOL.md P3.26 and P3.27. Nothing of it is ever a 1009. */

import { createGatewayClient } from '@org/gateway-client';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { freshName } from './names.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
afterAll(() => gateway.$close());

const over = { over: 'socket' } as const;

/** Every kind of character that is one thing here and another there: escapes, two to four bytes, a pair of surrogates. */
const MIXED = 'a"\\\n\u0001é漢😀';
/** Among words as most texts have them: the stage indexes what it saves, and words of such characters take it ten times as long. */
const LINE = MIXED + ' and what else there is in a line of a text'.repeat(3);
const textOf = (characters: number) => LINE.repeat(Math.ceil(characters / LINE.length)).slice(0, characters);

describe('a large message over the socket', () => {
  it.each([
    ['one frame', 1_000],
    ['parts, and an answer of one message', 130_000],
    ['parts, and an answer by reference', 200_000],
    ['references both ways', 900_000],
  ])('arrives as it was sent: %s', async (_, characters) => {
    const ends: string[] = [];
    const stop = gateway.$connection.subscribe((state) => state.status === 'offline' && ends.push(state.reason));
    const body = textOf(characters);
    const { id } = await gateway.documents.save.mutate({ folder: freshName('large'), title: 't', body }, over);
    const read = await gateway.documents.get.query({ id }, over);
    stop();
    expect(read.body).toBe(body);
    // A busy machine may lose the connection for other reasons; what must not be is a frame that API Gateway refuses.
    expect(ends).not.toContain('closed with 1009');
  });

  it('keeps calls that are sent at the same time apart', async () => {
    const folder = freshName('large');
    const bodies = [90_000, 650_000, 110_000, 100].map((size, at) => `${at}${textOf(size)}`);
    const saved = await Promise.all(bodies.map((body, at) => gateway.documents.save.mutate({ folder, title: `${at}`, body }, over)));
    const read = await Promise.all(saved.map(({ id }) => gateway.documents.get.query({ id }, over)));
    expect(read.map(({ title, body }) => [title, body.length])).toEqual(bodies.map((body, at) => [`${at}`, body.length]));
    expect(read.map(({ body }) => body)).toEqual(bodies);
  });

  it('is refused with a typed error when it is more than 6 MB, and the connection stays', async () => {
    const body = 'x'.repeat(6 * 1_024 * 1_024);
    const call = gateway.documents.save.mutate({ folder: freshName('large'), title: 't', body }, over);
    await expect(call).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect((await gateway.documents.list.query({ limit: 1 }, over)).items.length).toBeLessThanOrEqual(1);
  });
});

describe('large results over HTTP', () => {
  it('come by reference when they fit in no answer together, and as themselves otherwise', async () => {
    const asked: string[] = [];
    const watched = createGatewayClient({
      ...signedIn(),
      url: restUrl,
      fetch: (url, init) => {
        asked.push(url);
        return fetch(url, init);
      },
    });
    const folder = freshName('large');
    // Lambda counts a quote as four characters: its escape, escaped. So three answers of 700 kB are 8.4 MB, of the 6 there may be.
    const bodies = ['a', 'b', 'c'].map((first) => first + '"'.repeat(700_000));
    const saved = [];
    for (const body of bodies) saved.push(await watched.documents.save.mutate({ folder, title: 't', body }));
    asked.length = 0;
    // One batch, of which one result is enough to refer to.
    const read = await Promise.all(saved.map(({ id }) => watched.documents.get.query({ id })));
    expect(read.map(({ body }, at) => body === bodies[at])).toEqual([true, true, true]);
    expect(asked.map((url) => url.startsWith(restUrl))).toEqual([true, false]);
  });
});
