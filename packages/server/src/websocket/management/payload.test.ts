import { expect, it } from 'vitest';
import { createPayloads } from './payload.js';

it('makes a text of many recipients once, also between texts of few', () => {
  const payloadOf = createPayloads();
  const shared = payloadOf('{"n":1}');
  for (let at = 0; at < 100; at++) {
    payloadOf(`{"own":${at}}`);
    expect(payloadOf('{"n":1}')).toBe(shared);
  }
});

it('forgets what was not sent for a while', () => {
  const payloadOf = createPayloads();
  const first = payloadOf('{"n":1}');
  for (let at = 0; at < 100; at++) payloadOf(`{"own":${at}}`);
  expect(payloadOf('{"n":1}')).not.toBe(first);
  expect(payloadOf('{"n":1}')).toEqual(first);
});

it('writes UTF-8, and what UTF-8 has for half a character', () => {
  const payloadOf = createPayloads();
  expect(payloadOf('ü🦊')).toMatchObject({ bytes: 6, binary: 'Ã¼ð\x9f\xa6\x8a' });
  expect(payloadOf('\ud83e')).toMatchObject({ bytes: 3, binary: 'ï¿½' });
});
