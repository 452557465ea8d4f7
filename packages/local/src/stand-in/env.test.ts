import { expect, it } from 'vitest';
import { standInOfEnvironment } from './env.js';

it('is nothing without GATEWAY_AWS_ENDPOINT', () => {
  expect(standInOfEnvironment({ AWS_ACCESS_KEY_ID: 'AKIA' })).toBeUndefined();
});

it('is for all services with the keys test, unless variables say more', () => {
  const url = 'http://127.0.0.1:9297';
  expect(standInOfEnvironment({ GATEWAY_AWS_ENDPOINT: url })).toEqual({
    url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const env = {
    GATEWAY_AWS_SERVICES: 'dynamodb, s3',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  };
  expect(standInOfEnvironment({ GATEWAY_AWS_ENDPOINT: url, ...env })).toEqual({
    url,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    services: ['dynamodb', 's3'],
  });
});
