import { expect, it } from 'vitest';
import { START_MS } from '../clock.fixture.js';
import { createKeys } from './keys.js';

const KEYS = { accessKeyId: 'AKID', secretAccessKey: 'secret' };

it('asks once for keys that do not expire', async () => {
  let asked = 0;
  const keys = createKeys(
    async () => {
      asked++;
      return KEYS;
    },
    () => START_MS,
  );
  expect(await Promise.all([keys(), keys()])).toEqual([KEYS, KEYS]);
  expect(await keys()).toBe(KEYS);
  expect(asked).toBe(1);
});

it('asks again five minutes before keys expire', async () => {
  let nowMs = START_MS;
  let asked = 0;
  const keys = createKeys(
    async () => {
      asked++;
      return { ...KEYS, expiration: new Date(nowMs + 3_600_000) };
    },
    () => nowMs,
  );
  await keys();
  nowMs += 3_299_999;
  await keys();
  expect(asked).toBe(1);
  nowMs += 1;
  await keys();
  expect(asked).toBe(2);
});

it('says that there are no keys, and asks again the next time', async () => {
  const answers = [Promise.reject(new Error('role is gone')), Promise.resolve(KEYS)];
  const keys = createKeys(
    () => answers.shift() as Promise<typeof KEYS>,
    () => START_MS,
  );
  await expect(keys()).rejects.toMatchObject({ kind: 'unreachable', message: '[SEND] no credentials: role is gone' });
  expect(await keys()).toBe(KEYS);
});
