import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService, START_MS } from '../fakes/run-service.fixture.js';
import { chatHandlers } from './handlers.js';

let service: RunningService;
beforeEach(() => {
  service = runService(chatHandlers());
});

const ann = { user: { id: 'ann', claims: {} }, connectionId: 'c1' };
const bob = { user: { id: 'bob', claims: {} }, connectionId: 'c2' };
const join = (who: typeof ann, name: string, connectionId = who.connectionId) =>
  service.call('join', { room: 'lobby', name }, { ...who, connectionId });
const topics = () => service.published.map(({ topic }) => topic);

describe('rooms', () => {
  test('whoever joins is seen by who, and announced once', async () => {
    expect(await join(ann, ' Ann ')).toEqual({ member: 'u:ann', name: 'Ann', sinceMs: START_MS });
    service.nowMs += 1_000;
    await join(bob, 'Bob');
    await join(ann, 'Ann', 'c1/2');
    expect(await service.call('who', { room: 'lobby' })).toEqual({
      members: [
        { member: 'u:ann', name: 'Ann', sinceMs: START_MS },
        { member: 'u:bob', name: 'Bob', sinceMs: START_MS + 1_000 },
      ],
    });
    expect(service.published).toEqual([
      { topic: 'chat.presence/lobby', event: { kind: 'joined', member: 'u:ann', data: { name: 'Ann' }, atMs: START_MS } },
      { topic: 'chat.presence/lobby', event: { kind: 'joined', member: 'u:bob', data: { name: 'Bob' }, atMs: START_MS + 1_000 } },
    ]);
  });

  test('a member has left with its last connection', async () => {
    await join(ann, 'Ann');
    await join(ann, 'Ann', 'c1/2');
    await service.call('leave', { room: 'lobby' }, ann);
    expect(topics()).toHaveLength(1);
    await service.call('leave', { room: 'lobby' }, { ...ann, connectionId: 'c1/2' });
    expect(service.published.at(-1)).toMatchObject({ event: { kind: 'left', member: 'u:ann' } });
    expect(await service.call('who', { room: 'lobby' })).toEqual({ members: [] });
  });

  test('nobody is anywhere by a call over HTTP', async () => {
    await expect(service.call('join', { room: 'lobby', name: 'Ann' }, { user: ann.user })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('room names are small letters, digits and -', async () => {
    await expect(service.call('who', { room: 'A room' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('messages', () => {
  test('are said by members, under the name they have there', async () => {
    await join(ann, 'Ann');
    expect(await service.call('send', { room: 'lobby', text: ' Hello ' }, ann)).toEqual({ id: 'e1.1' });
    expect(service.published.at(-1)).toEqual({
      topic: 'chat.messages/lobby',
      event: { from: 'u:ann', name: 'Ann', text: 'Hello', atMs: START_MS },
    });
    expect(await service.subscribe('messages', { room: 'lobby' })).toBe('lobby');
    expect(await service.subscribe('presence', { room: 'lobby' })).toBe('lobby');
  });

  test('of somebody who is not there are FORBIDDEN', async () => {
    await expect(service.call('send', { room: 'lobby', text: 'Hello' }, ann)).rejects.toMatchObject({
      error: 'FORBIDDEN',
      data: { room: 'lobby' },
    });
    expect(topics()).toEqual([]);
  });

  test('are read back, newest last, with the position to follow from', async () => {
    await join(ann, 'Ann');
    for (const text of ['one', 'two', 'three']) await service.call('send', { room: 'lobby', text }, ann);
    expect(await service.call('history', { room: 'lobby', limit: 2 })).toEqual({
      state: [
        { id: 'e1.2', from: 'u:ann', name: 'Ann', text: 'two', atMs: START_MS },
        { id: 'e1.3', from: 'u:ann', name: 'Ann', text: 'three', atMs: START_MS },
      ],
      position: 'e1.3',
    });
    expect(await service.call('history', { room: 'empty' })).toEqual({ state: [], position: 'e1.0' });
  });
});

describe('direct messages', () => {
  test('reach the inbox of the other, and of the caller’s own connections', async () => {
    await service.call('direct', { to: 'u:bob', name: 'Ann', text: 'Psst' }, ann);
    const event = { from: 'u:ann', to: 'u:bob', name: 'Ann', text: 'Psst', atMs: START_MS };
    expect(service.published).toEqual([
      { topic: 'chat.inbox/u:bob', event },
      { topic: 'chat.inbox/u:ann', event },
    ]);
  });

  test('to oneself come once', async () => {
    await service.call('direct', { to: 'u:ann', name: 'Ann', text: 'Note' }, ann);
    expect(topics()).toEqual(['chat.inbox/u:ann']);
  });

  test('an inbox is the caller’s own, whoever that is', async () => {
    expect(await service.subscribe('inbox', undefined, bob)).toBe('u:bob');
    expect(await service.subscribe('inbox', undefined, { ...bob, connectionId: 'c9/2' })).toBe('u:bob');
  });

  test.each(['join', 'leave', 'send', 'direct'])('%s is for who is signed in', async (procedure) => {
    await expect(service.call(procedure, {}, { user: null, connectionId: 'c9' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('who looks on reads a room, and has no inbox', async () => {
    await join(ann, 'Ann');
    expect(await service.call('who', { room: 'lobby' }, { user: null })).toMatchObject({ members: [{ name: 'Ann' }] });
    expect(await service.subscribe('messages', { room: 'lobby' }, { user: null, connectionId: 'c9' })).toBe('lobby');
    await expect(service.subscribe('inbox', undefined, { user: null, connectionId: 'c9' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
