import { describe, expect, it } from 'vitest';
import { fanoutHandlerFromEnv } from '../topics/fanout-from-env.js';
import { readFanoutEnvironment, readSocketEnvironment } from './env.js';
import { readFunctionEnvironment } from './function-environment.js';
import { socketHandlerFromEnv } from './socket-from-env.js';

const socket = {
  GATEWAY_ALLOWED_ORIGIN: 'https://app.example.com',
  GATEWAY_CONNECTIONS_TABLE: 'Connections',
  GATEWAY_TOPICS_TABLE: 'Topics',
  GATEWAY_PUSH_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/123456789012/Pushes',
  GATEWAY_SOCKET_ENDPOINT: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
  GATEWAY_SERVICE_FUNCTIONS: '{"notes":"gateway-notes"}',
  GATEWAY_PAYLOADS_BUCKET: 'payloads-1',
};

const lambda = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };

describe('environment of the socket and fan-out functions', () => {
  it('is read from the variables that the deployment sets', () => {
    expect(readSocketEnvironment(socket)).toEqual({
      connectionsTable: 'Connections',
      topicsTable: 'Topics',
      socketEndpoint: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
      serviceFunctions: { notes: 'gateway-notes' },
      payloadsBucket: 'payloads-1',
      allowedOrigin: 'https://app.example.com',
    });
    expect(readFanoutEnvironment(socket)).toMatchObject({ topicsTable: 'Topics' });
  });

  it('takes the endpoint of a local stage', () => {
    const local = { ...socket, GATEWAY_SOCKET_ENDPOINT: 'http://127.0.0.1:4123/prod' };
    expect(readSocketEnvironment(local).socketEndpoint).toBe('http://127.0.0.1:4123/prod');
  });

  it('names everything that is missing or wrong in one message', () => {
    expect(() => readSocketEnvironment({ GATEWAY_SOCKET_ENDPOINT: 'abc', GATEWAY_SERVICE_FUNCTIONS: '[1' })).toThrow(
      /GATEWAY_CONNECTIONS_TABLE \(missing\).*GATEWAY_SOCKET_ENDPOINT \(Invalid URL\).*GATEWAY_SERVICE_FUNCTIONS \(expected a JSON object.*GATEWAY_ALLOWED_ORIGIN \(missing\)/,
    );
    expect(() => fanoutHandlerFromEnv({})).toThrow(/GATEWAY_CONNECTIONS_TABLE.*GATEWAY_TOPICS_TABLE.*GATEWAY_SOCKET_ENDPOINT/);
  });

  it('signs with the keys of the role, and names what Lambda did not set', () => {
    expect(readFunctionEnvironment(lambda)).toEqual({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    });
    expect(() => socketHandlerFromEnv(socket)).toThrow('AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY missing');
  });

  it('makes handlers without opening anything', async () => {
    const handler = fanoutHandlerFromEnv({ ...socket, ...lambda });
    expect(await handler({ Records: [] })).toEqual({ batchItemFailures: [] });
    expect(socketHandlerFromEnv({ ...socket, ...lambda })).toBeTypeOf('function');
  });
});
