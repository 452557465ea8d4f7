import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  type ResponseStream,
} from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { operator, temporaryFolder } from '../fixture.test.support.js';
import { endpointResources, startModels, writeModel } from './model.test.support.js';

const echo = `
  response.writeHead(200, { 'content-type': 'text/plain', 'x-amzn-sagemaker-custom-attributes': 'answer-7' });
  const { host, connection, 'content-length': length, ...headers } = request.headers;
  response.end(JSON.stringify({ url: request.url, body, headers, greeting: process.env.GREETING, args: process.argv.slice(2) }));
`;

const invoke = (rest: object = {}) => new InvokeEndpointCommand({ EndpointName: 'Classifier', Body: Buffer.from('{"texts":[]}'), ...rest });

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

describe('InvokeEndpoint', () => {
  it('passes body, content type, accept and custom attributes to the container, and its answer back', async () => {
    const { client } = await startModels(endpointResources({ Small: await writeModel(echo) }));
    const answer = await client.send(
      invoke({ ContentType: 'application/json', Accept: 'application/jsonlines', CustomAttributes: 'trace=7', InferenceId: 'i-1' }),
    );
    expect(JSON.parse(text(answer.Body))).toEqual({
      url: '/invocations',
      body: '{"texts":[]}',
      headers: {
        'content-type': 'application/json',
        accept: 'application/jsonlines',
        'x-amzn-sagemaker-custom-attributes': 'trace=7',
        'x-amzn-sagemaker-inference-id': 'i-1',
      },
      greeting: 'from Small',
      args: ['serve'],
    });
    expect(answer).toMatchObject({ ContentType: 'text/plain', InvokedProductionVariant: 'VariantSmall', CustomAttributes: 'answer-7' });
  });

  it('divides requests by weight, and sends one to the variant that it names', async () => {
    const named = await writeModel('response.end();');
    const { client } = await startModels(endpointResources({ A: named, B: named }));
    const variantOf = async (rest: object = {}) => (await client.send(invoke(rest))).InvokedProductionVariant;
    expect([await variantOf(), await variantOf(), await variantOf()]).toEqual(['VariantA', 'VariantB', 'VariantA']);
    expect([await variantOf({ TargetVariant: 'VariantA' }), await variantOf()]).toEqual(['VariantA', 'VariantB']);
    await expect(variantOf({ TargetVariant: 'C' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Variant C not found for Endpoint Classifier',
    });
  });

  it('is ModelError with the status and the message of the model when the model answers an error', async () => {
    const { client } = await startModels(
      endpointResources({ Small: await writeModel(`response.writeHead(415); response.end('no pictures');`) }),
    );
    await expect(client.send(invoke())).rejects.toMatchObject({
      name: 'ModelError',
      $metadata: { httpStatusCode: 424 },
      OriginalStatusCode: 415,
      OriginalMessage: 'no pictures',
      LogStreamArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/Classifier',
      message:
        'Received client error (415) from primary with message "no pictures". See https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logEventViewer:group=/aws/sagemaker/Endpoints/Classifier in account 123456789012 for more information.',
    });
  });

  it('is ModelError with status 0 when the model takes more than a minute', async () => {
    const { client, clock } = await startModels(endpointResources({ Small: await writeModel(`console.log('asked');`) }));
    const failing = expect(client.send(invoke())).rejects.toMatchObject({
      name: 'ModelError',
      OriginalStatusCode: 0,
      OriginalMessage: expect.stringContaining('timed out while waiting for a response'),
    });
    // The start limit of the container waits first; the timers of the call are set when it is gone.
    await clock.timerSet();
    while (clock.pending() < 2) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
    await failing;
  });

  it('is ModelError when the model dies over a request, then ServiceUnavailable until it was started again', async () => {
    const script = await writeModel(`if (body === 'die') process.exit(3); response.end('well');`);
    const { client, clock, reports } = await startModels(endpointResources({ Small: script }));
    await expect(client.send(invoke({ Body: Buffer.from('die') }))).rejects.toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 });
    await clock.timerSet();
    await expect(client.send(invoke())).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      $metadata: { httpStatusCode: 503 },
      message: 'Endpoint Classifier: its container ended with code 3 and starts again in 1 s; its output is in the journal',
    });
    clock.advance(1000);
    expect(text((await client.send(invoke())).Body)).toBe('well');
    expect(reports).toMatchObject([{ level: 'error', part: 'sagemaker' }]);
  });

  it('is ServiceUnavailable for a program that does not start, later each time', async () => {
    const script = await writeModel('', `console.error('no weights'); process.exit(1);`);
    const { client, clock, reports } = await startModels(endpointResources({ Small: script }));
    for (const seconds of [1, 2, 4]) {
      await expect(client.send(invoke())).rejects.toMatchObject({
        name: 'ServiceUnavailable',
        message: expect.stringContaining(`ended with code 1 and starts again in ${seconds} s`),
      });
      clock.advance(seconds * 1000);
    }
    expect(reports[0]).toEqual({
      level: 'warn',
      part: 'sagemaker',
      message: 'no weights',
      detail: { endpointName: 'Classifier', modelName: 'Small' },
    });
  });

  it('is ServiceUnavailable when no process can be made', async () => {
    const resources = endpointResources({ Small: await writeModel('response.end();') }).map((resource) => ({
      ...resource,
      properties: { ...resource.properties, ...(resource.type.endsWith('Model') && { PrimaryContainer: { Environment: { A: 'a\0b' } } }) },
    }));
    const { client, reports } = await startModels(resources);
    await expect(client.send(invoke())).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringMatching(/its container cannot be started: .* and starts again in 1 s/),
    });
    expect(reports).toMatchObject([{ level: 'error', part: 'sagemaker' }]);
  });

  it('is ServiceUnavailable for a model that is an image, and says what to do', async () => {
    const { client, reports } = await startModels(endpointResources({ Large: undefined }));
    const message =
      'Endpoint Classifier: model Large has an image (images/classifier:1), and the local stage runs no images; name a Node.js program in the metadata of the model, "local-stage:container": { "script": "path" }';
    await expect(client.send(invoke())).rejects.toMatchObject({ name: 'ServiceUnavailable', message });
    expect(reports).toEqual([{ level: 'warn', part: 'sagemaker', message }]);
  });

  it('is InternalDependencyException when the container runs and takes no connections', async () => {
    const script = await writeModel(
      `server.close(); response.setHeader('connection', 'close'); response.end('last');`,
      'setInterval(() => {}, 1000);',
    );
    const { client } = await startModels(endpointResources({ Small: script }));
    expect(text((await client.send(invoke())).Body)).toBe('last');
    await expect(client.send(invoke())).rejects.toMatchObject({ name: 'InternalDependencyException', $metadata: { httpStatusCode: 530 } });
  });

  it('is ValidationError for an unknown endpoint, too long attributes and features that are not there', async () => {
    const { client } = await startModels(endpointResources({ Small: await writeModel('response.end();') }));
    await expect(client.send(invoke({ EndpointName: 'other' }))).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
      message: 'Endpoint other of account 123456789012 not found.',
    });
    await expect(client.send(invoke({ CustomAttributes: 'x'.repeat(1025) }))).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(client.send(invoke({ TargetModel: 'a.tar.gz' }))).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(
      client.send(new InvokeEndpointAsyncCommand({ EndpointName: 'Classifier', InputLocation: 's3://bucket/key' })),
    ).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('takes 6 MB, 4 MB on a serverless variant', async () => {
    const script = await writeModel('response.end(String(body.length));');
    const { client } = await startModels(endpointResources({ Small: script }));
    expect(text((await client.send(invoke({ Body: Buffer.alloc(6 * 1024 * 1024, 'a') }))).Body)).toBe('6291456');
    await expect(client.send(invoke({ Body: Buffer.alloc(6 * 1024 * 1024 + 1) }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
    const serverless = await startModels(
      endpointResources({ Small: script }, { ServerlessConfig: { MaxConcurrency: 1, MemorySizeInMB: 1024 } }),
    );
    await expect(serverless.client.send(invoke({ Body: Buffer.alloc(4 * 1024 * 1024 + 1) }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });
});

describe('InvokeEndpointWithResponseStream', () => {
  const stream = (rest: object = {}) =>
    new InvokeEndpointWithResponseStreamCommand({ EndpointName: 'Classifier', Body: Buffer.from('ab'), ...rest });

  async function partsOf(body: AsyncIterable<ResponseStream> | undefined): Promise<string[]> {
    const parts: string[] = [];
    for await (const { PayloadPart } of body!) parts.push(text(PayloadPart?.Bytes));
    return parts;
  }

  it('gives the pieces as the model writes them, before it has ended', async () => {
    const script = await writeModel(`
      response.writeHead(200, { 'content-type': request.headers.accept ?? 'text/plain' });
      response.write('one\\n');
      globalThis.finish = () => response.end('two\\n');
      if (body === 'end') globalThis.finish();
    `);
    const { client } = await startModels(endpointResources({ Small: script }));
    const answer = await client.send(stream({ Accept: 'application/jsonlines' }));
    expect(answer).toMatchObject({ ContentType: 'application/jsonlines', InvokedProductionVariant: 'VariantSmall' });
    const pieces = answer.Body![Symbol.asyncIterator]();
    expect(text((await pieces.next()).value.PayloadPart.Bytes)).toBe('one\n');
    await pieces.return?.();
    expect((await partsOf((await client.send(stream({ Body: Buffer.from('end') }))).Body)).join('')).toBe('one\ntwo\n');
  });

  it('is ModelError when the model answers an error', async () => {
    const { client } = await startModels(endpointResources({ Small: await writeModel(`response.writeHead(500); response.end('oh');`) }));
    await expect(client.send(stream())).rejects.toMatchObject({ name: 'ModelError', OriginalStatusCode: 500, OriginalMessage: 'oh' });
  });

  it('ends with ModelStreamError StreamBroken when the model hangs up', async () => {
    const { client } = await startModels(
      endpointResources({ Small: await writeModel(`response.write('one'); setImmediate(() => response.destroy());`) }),
    );
    const { Body } = await client.send(stream());
    await expect(partsOf(Body)).rejects.toMatchObject({ name: 'ModelStreamError', ErrorCode: 'StreamBroken' });
  });

  it('ends with ModelStreamError ModelInvocationTimeExceeded after eight minutes', async () => {
    const { client, clock } = await startModels(endpointResources({ Small: await writeModel(`response.write('one');`) }));
    const { Body } = await client.send(stream());
    clock.advance(480_000);
    await expect(partsOf(Body)).rejects.toMatchObject({ name: 'ModelStreamError', ErrorCode: 'ModelInvocationTimeExceeded' });
  });
});

describe('the authorize hook', () => {
  it('is asked about the action and the ARN, which has the name in lower case', async () => {
    const asked: AuthorizationRequest[] = [];
    const { client } = await startModels(endpointResources({ Small: await writeModel('response.end();') }), {
      authorize: (request) => ({ allowed: asked.push(request) === 1 }),
    });
    await client.send(invoke());
    const resource = 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/classifier';
    await expect(
      client.send(new InvokeEndpointWithResponseStreamCommand({ EndpointName: 'Classifier', Body: Buffer.from('') })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
      message: `User: arn:aws:iam::123456789012:user/operator is not authorized to perform: sagemaker:InvokeEndpointWithResponseStream on resource: ${resource} because no identity-based policy allows the sagemaker:InvokeEndpointWithResponseStream action`,
    });
    expect(asked).toEqual([
      { principal: operator, action: 'sagemaker:InvokeEndpoint', resource, context: {} },
      { principal: operator, action: 'sagemaker:InvokeEndpointWithResponseStream', resource, context: {} },
    ]);
  });
});

describe('a container', () => {
  it('listens on this machine only, and ends when the stage is killed', async () => {
    const model = await writeModel('', `server.on('listening', () => console.log(JSON.stringify(server.address())));`);
    const stage = join(await temporaryFolder(), 'stage.mjs');
    const compiled = (file: string): string => JSON.stringify(new URL(`../../../dist/${file}`, import.meta.url).href);
    await writeFile(
      stage,
      `import { Container } from ${compiled('services/sagemaker/container.js')};
       import { systemClock as clock } from ${compiled('clock.js')};
       const model = { name: 'Small', image: '', variables: {}, script: ${JSON.stringify(model)} };
       const report = ({ message }) => process.send(message);
       await new Container({ model, endpointName: 'Classifier', clock, report }).available();`,
    );
    const parent = fork(stage, [], { execArgv: [] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent, 'message')) as [string];
    const { address, port } = JSON.parse(line) as { address: string; port: number };
    expect(address).toBe('127.0.0.1');
    const connection = connect(port, address).on('error', () => undefined);
    await once(connection, 'connect');
    // The end can come as a reset.
    const closed = new Promise((resolve) => connection.resume().once('close', resolve));
    parent.kill('SIGKILL');
    await closed;
  });
});
