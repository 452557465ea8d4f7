import { describe, expect, test } from 'vitest';
import type { WireRequest } from '../wire/wire-handler.js';
import type { RunningService, ServiceParts } from './service-module.js';
import { startWhenCalled } from './start-when-called.js';

const parts = {} as ServiceParts;
const request = {} as WireRequest;

function counted(failures = 0) {
  const events: string[] = [];
  const running: RunningService = {
    handle: async () => ({ statusCode: 200, headers: {}, body: 'answer' }),
    close: async () => void events.push('closed'),
  };
  const start = async (): Promise<RunningService> => {
    events.push('started');
    if (events.length <= failures) throw new Error('refused');
    return running;
  };
  return { events, service: startWhenCalled({ start }, parts) };
}

describe('a service that starts when it is called', () => {
  test('starts once, for all calls', async () => {
    const { events, service } = counted();
    expect(events).toEqual([]);
    const answers = await Promise.all([service.handle(request), service.handle(request)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    await service.close();
    expect(events).toEqual(['started', 'closed']);
  });

  test('has nothing to close when nobody called it', async () => {
    const { events, service } = counted();
    await service.close();
    expect(events).toEqual([]);
  });

  test('is tried again when it could not start', async () => {
    const { events, service } = counted(1);
    await expect(service.handle(request)).rejects.toThrow('refused');
    expect((await service.handle(request)).statusCode).toBe(200);
    expect(events).toEqual(['started', 'started']);
  });
});
