import { describe, expect, it } from 'vitest';
import { readRuntimeConfig } from './runtime-config.js';

describe('readRuntimeConfig', () => {
  it('takes both URLs', () => {
    const config = { restUrl: 'http://127.0.0.1:4001/prod', socketUrl: 'ws://127.0.0.1:4002/prod' };
    expect(readRuntimeConfig(config)).toEqual({ ...config, hasGraph: false });
    expect(readRuntimeConfig({ ...config, graph: true })).toEqual({ ...config, hasGraph: true });
  });

  it('takes an issuer, and refuses a part of one', () => {
    const urls = { restUrl: 'http://127.0.0.1:4001/prod', socketUrl: 'ws://127.0.0.1:4002/prod' };
    const identity = { issuer: 'http://127.0.0.1:4004', clientId: 'web', scope: 'openid' };
    expect(readRuntimeConfig({ ...urls, identity })).toMatchObject({ identity });
    expect(() => readRuntimeConfig({ ...urls, identity: { issuer: 'http://127.0.0.1:4004' } })).toThrow(
      'identity is {"issuer":"http://127.0.0.1:4004"}, expected { issuer, clientId, scope } or nothing',
    );
  });

  it('names everything that is missing in one message', () => {
    expect(() => readRuntimeConfig({})).toThrow(
      '/runtime-config.json: restUrl is missing, expected an http(s) URL; socketUrl is missing, expected a ws(s) URL',
    );
    expect(() => readRuntimeConfig(null)).toThrow('restUrl is missing');
  });

  it('refuses a URL of another kind', () => {
    expect(() => readRuntimeConfig({ restUrl: 'ws://x', socketUrl: 'wss://x' })).toThrow('restUrl is "ws://x", expected an http(s) URL');
  });
});
