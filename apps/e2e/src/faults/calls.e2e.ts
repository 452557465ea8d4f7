/**
 * Calls whose function dies, whose answer is lost, or that are sent twice: rows 31 to 33 of the fault matrix, over the socket frame by frame
 * and over HTTP. Effects are counted as documents of a folder. A stage of its own: functions are killed and time moves.
 */

import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from '../eventually.js';
import { freshName } from '../names.js';
import { type OwnStage, startOwnStage } from '../own-stage.js';
import { type Frame, type RawSocket, rawSocket } from '../raw-socket.js';
import { longToken, ticketUrl } from '../sign-in.js';

const { local } = inject('stage');

/** A lease of a documents call is over by then: its function's 28 s and a margin. */
const AFTER_LEASE_MS = 30_000;

/** What API Gateway says for a function that failed; it names no request (P3.12). */
const GATEWAY_FRAME = { message: 'Internal server error', connectionId: expect.any(String), requestId: expect.any(String) };

type Answer = { readonly id: number; readonly [part: string]: unknown };

describe.runIf(local)('a call that goes wrong', () => {
  let own: OwnStage;
  let socket: RawSocket;
  let authorization: string;
  const ends: (() => void)[] = [];
  beforeAll(async () => {
    own = await startOwnStage();
    authorization = `Bearer ${await longToken(own.stage)}`;
    socket = await rawSocket(await ticketUrl(own.stage, await longToken(own.stage)));
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  afterAll(async () => {
    await socket?.close();
    await own?.close();
  });

  const injected = (fault: Parameters<OwnStage['stage']['inject']>[0]) => {
    const made = own.stage.inject(fault);
    ends.push(() => made.end());
    return made;
  };
  let ids = 0;
  const send = (path: string, input: object, more: object = {}) => {
    const id = ++ids;
    socket.send({ id, method: 'mutation', svc: path.split('.')[0], params: { path, input }, ...more });
    return socket.next((frame) => frame.id === id) as Promise<Frame & Answer>;
  };
  /** Sends, and waits for the gateway's own frame instead of an answer. */
  const sendInVain = async (path: string, input: object, more: object = {}) => {
    const before = socket.frames.length;
    void send(path, input, more);
    return eventually(() => socket.frames.slice(before).find((frame) => !('id' in frame)));
  };
  const post = async (input: object, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${own.stage.restUrl}/rpc/documents/save`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      body: JSON.stringify(input),
    });
    return { status: response.status, json: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  const newDocument = () => ({ folder: freshName('folder'), title: 'Once', body: 'x' });
  const countIn = async ({ folder }: { readonly folder: string }) => (await own.gateway.documents.list.query({ folder })).items.length;
  const data = (result: object) => ({ result: { type: 'data', data: expect.objectContaining(result) } });
  const failed = (code: string, message = '') => ({
    error: { message: expect.stringContaining(message), data: expect.objectContaining({ code }) },
  });

  describe('row 31: its function fails, times out or is killed', () => {
    it.each(['fail', 'time-out'] as const)('P3.23 before it began (%s): nothing happened, and the same key runs', async (effect) => {
      const document = newDocument();
      injected({ at: 'invoke', functionName: 'documentsService', effect, times: 2 });
      expect(await sendInVain('documents.save', document, { k: `31:${effect}`, dl: 5_000 })).toMatchObject(GATEWAY_FRAME);
      const { status, json } = await post(document, { 'idempotency-key': `http:31:${effect}` });
      expect(status).toBeGreaterThanOrEqual(500);
      expect(json).toMatchObject({ error: { data: { code: expect.stringMatching(/^(BAD_GATEWAY|GATEWAY_TIMEOUT)$/) } } });
      expect(await countIn(document)).toBe(0);
      expect(await send('documents.save', document, { k: `31:${effect}` })).toMatchObject(data({ title: 'Once' }));
      expect(await countIn(document)).toBe(1);
    });

    it('P3.23 half-way: a repetition waits while it may still run, then is told that nobody can tell', async () => {
      const document = newDocument();
      injected({
        at: 'call',
        operation: 'dynamodb:PutItem',
        text: document.folder,
        caller: 'documents',
        when: 'after',
        effect: 'kill',
        times: 1,
      });
      expect(await sendInVain('documents.save', document, { k: '31:killed' })).toMatchObject(GATEWAY_FRAME);
      expect(await send('documents.save', document, { k: '31:killed', dl: 300 })).toMatchObject(failed('TIMEOUT'));
      own.skip(AFTER_LEASE_MS);
      expect(await send('documents.save', document, { k: '31:killed' })).toMatchObject(
        failed('CONFLICT', 'nobody can tell whether it ran'),
      );
      expect(await countIn(document)).toBeLessThanOrEqual(1);
    });

    it('P3.23 half-way, and it is idempotent: a repetition runs again', async () => {
      const { id, folder } = await own.gateway.documents.save.mutate(newDocument());
      const target = `${folder}-moved`;
      injected({ at: 'call', operation: 'dynamodb:TransactWriteItems', caller: 'documents', when: 'after', effect: 'kill', times: 1 });
      expect(await sendInVain('documents.move', { ids: [id], folder: target }, { k: '31:move' })).toMatchObject(GATEWAY_FRAME);
      own.skip(AFTER_LEASE_MS);
      const moved = { items: [expect.objectContaining({ id, folder: target })] };
      expect(await send('documents.move', { ids: [id], folder: target }, { k: '31:move' })).toMatchObject(data(moved));
    });
  });

  describe('row 32: its reply is lost', () => {
    it('P3.23 is answered with the stored reply when it is sent again, and ran once', async () => {
      const document = newDocument();
      injected({ at: 'invoke', functionName: 'documentsService', effect: 'lose-answer', times: 1 });
      expect(await sendInVain('documents.save', document, { k: '32:lost' })).toMatchObject(GATEWAY_FRAME);
      const again = await send('documents.save', document, { k: '32:lost' });
      expect(again).toMatchObject(data({ title: 'Once', version: 1 }));
      const other = await send('documents.save', document, { k: '32:lost' });
      expect(other.result).toEqual(again.result);
      expect(await countIn(document)).toBe(1);
    });

    it('P2.12 is answered so over HTTP too', async () => {
      const document = newDocument();
      injected({ at: 'invoke', functionName: 'documentsService', effect: 'lose-answer', times: 1 });
      expect((await post(document, { 'idempotency-key': 'http:32' })).status).toBe(502);
      const again = await post(document, { 'idempotency-key': 'http:32' });
      expect(again).toMatchObject({ status: 200, json: { result: { data: { title: 'Once', version: 1 } } } });
      expect(await post(document, { 'idempotency-key': 'http:32' })).toEqual(again);
      expect(await countIn(document)).toBe(1);
      expect((await post(newDocument(), { 'idempotency-key': 'http:32' })).status).toBe(409);
    });

    it('P3.23 although its declared error was the reply', async () => {
      const { id } = await own.gateway.documents.save.mutate(newDocument());
      injected({ at: 'invoke', functionName: 'documentsService', effect: 'lose-answer', times: 1 });
      await sendInVain('documents.edit', { id, version: 7, title: 'Late' }, { k: '32:error' });
      expect(await send('documents.edit', { id, version: 7, title: 'Late' }, { k: '32:error' })).toMatchObject(
        failed('CONFLICT', '[STALE_VERSION]'),
      );
    });
  });

  it('row 33: P3.23 runs once when two functions get it at the same time, and both answer alike', async () => {
    const document = newDocument();
    const slow = injected({
      at: 'call',
      operation: 'dynamodb:PutItem',
      text: document.folder,
      caller: 'documents',
      effect: { delayMs: 300 },
      times: 1,
    });
    const first = send('documents.save', document, { k: '33' });
    await slow.reached();
    const second = send('documents.save', document, { k: '33' });
    const http = post(document, { 'idempotency-key': '33' });
    const answers = await Promise.all([first, second]);
    expect(answers[0]).toMatchObject(data({ title: 'Once' }));
    expect(answers[1]?.result).toEqual(answers[0]?.result);
    expect((await http).json.result).toEqual({ data: expect.objectContaining({ folder: document.folder, version: 1 }) });
    expect(await countIn(document)).toBe(1);
  });

  it('P2.13 and P3.24 is TIMEOUT at its caller’s deadline, however long its function takes', async () => {
    injected({ at: 'call', operation: 'dynamodb:PutItem', caller: 'documents', effect: { delayMs: 700 } });
    const [over, http] = await Promise.all([
      send('documents.save', newDocument(), { dl: 200 }),
      post(newDocument(), { 'x-deadline-ms': '200' }),
    ]);
    expect(over).toMatchObject(failed('TIMEOUT', 'took longer than 200 ms'));
    expect(http).toMatchObject({ status: 408, json: failed('TIMEOUT', 'took longer than 200 ms') });
  });

  describe('a right on stored replies', () => {
    it.each([
      ['dynamodb:PutItem', failed('INTERNAL_SERVER_ERROR'), failed('INTERNAL_SERVER_ERROR'), {}],
      // What waits for the first one's answer waits in vain.
      ['dynamodb:UpdateItem', data({ title: 'Once' }), failed('TIMEOUT'), { dl: 300 }],
      ['dynamodb:GetItem', data({ title: 'Once' }), failed('INTERNAL_SERVER_ERROR'), {}],
    ])('is needed by calls with a key, and by no others: %s', async (action, first, repeated, deadline) => {
      ends.push(own.withhold('documents', action, '*Replies'));
      const document = newDocument();
      expect(await send('documents.save', document)).toMatchObject(data({ title: 'Once' }));
      expect(await send('documents.save', document, { k: `right:${action}` })).toMatchObject(first);
      expect(await send('documents.save', document, { k: `right:${action}`, ...deadline })).toMatchObject(repeated);
      expect(own.denial(action, 'Replies')?.message).toContain('is not authorized to perform');
    });
  });
});
