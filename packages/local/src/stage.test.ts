import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createManualClock } from './clock.js';
import type { LogLine } from './lambda/pool.js';
import type { ReportEntry } from './parts.js';
import { startStage } from './stage.js';
import {
  bundle,
  functionResources,
  managementUrl,
  postRights,
  restResources,
  restTemplate,
  restUrl,
  socketResources,
  socketTemplate,
  socketUrl,
  streamRights,
  tableResource,
} from './stage.test.fixture.js';
import type { Stage, StageOptions } from './stage-options.js';
import type { Template } from './template/assembly.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

const echo = `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ path: event.path, caller: process.env.AWS_ACCESS_KEY_ID }) });`;

let assembly: AssemblyFixture | undefined;
let stage: Stage | undefined;
let scratch: string;
let entries: ReportEntry[];

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  entries = [];
});

afterEach(async () => {
  await stage?.close();
  await assembly?.remove();
  await rm(scratch, { recursive: true, force: true });
  stage = undefined;
});

async function start(stacks: Record<string, Template>, files: Record<string, string>, options: Partial<StageOptions> = {}): Promise<Stage> {
  assembly = await writeAssembly({ stacks, files });
  return restart(options);
}

async function restart(options: Partial<StageOptions> = {}): Promise<Stage> {
  stage = await startStage({ assembly: assembly!.directory, report: (entry) => void entries.push(entry), ...options });
  return stage;
}

describe('startStage', () => {
  it('runs an assembly with a REST API only', async () => {
    const { restUrl: url, socketUrl: none, outputs } = await start({ Api: restTemplate() }, { 'asset.Fn/index.mjs': echo });
    expect(none).toBeUndefined();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/prod$/);
    expect(outputs).toEqual({ Url: `${url}/`, 'Api.Url': `${url}/` });
    const response = await fetch(`${url}/documents/7`);
    expect(await response.json()).toMatchObject({ path: '/documents/7' });
  });

  it('runs an assembly with a WebSocket API only', async () => {
    const code = 'export const handler = async () => ({ statusCode: 200 });';
    const running = await start({ Api: socketTemplate() }, { 'asset.Fn/index.mjs': code });
    expect(running.restUrl).toBeUndefined();
    expect(running.outputs.Url).toBe(running.socketUrl);
    const socket = new WebSocket(running.socketUrl!);
    await event(socket, 'open');
    const [connection] = running.connections();
    running.drop(connection!.connectionId);
    await event(socket, 'close');
    expect(running.connections()).toEqual([]);
  });

  it('runs several stacks, and names an output alone only when it is unique', async () => {
    const data: Template = {
      Resources: { Table: tableResource },
      Outputs: { Url: { Value: 'x' }, Name: { Value: { Ref: 'Table' }, Export: { Name: 'table-name' } } },
    };
    const api = restTemplate();
    const imported: Template = { ...api, Outputs: { ...api.Outputs, Imported: { Value: { 'Fn::ImportValue': 'table-name' } } } };
    const { outputs, restUrl: url } = await start({ Data: data, Api: imported }, { 'asset.Fn/index.mjs': echo });
    expect(outputs).toEqual({
      'Data.Url': 'x',
      'Data.Name': 'Data-Table',
      'Api.Url': `${url}/`,
      'Api.Imported': 'Data-Table',
      Name: 'Data-Table',
      Imported: 'Data-Table',
    });
  });

  it('gives every function its own keys, and the operator others', async () => {
    const code = 'export const handler = async () => process.env.AWS_ACCESS_KEY_ID;';
    const template: Template = { Resources: { ...functionResources('One'), ...functionResources('Two') } };
    const running = await start({ S: template }, { 'asset.One/index.mjs': code, 'asset.Two/index.mjs': code });
    const keys = await Promise.all(running.functions.map(async (name) => JSON.parse((await running.invoke(name, {})).payload) as string));
    expect(running.functions).toEqual(['S-One', 'S-Two']);
    expect(new Set([...keys, running.operator.accessKeyId]).size).toBe(3);
    expect(keys.every((key) => key.startsWith('ASIA'))).toBe(true);
  });

  it('tells what it ignores', async () => {
    await start({ S: { Resources: { Cdn: { Type: 'AWS::CloudFront::Distribution' } } } }, {});
    expect(entries).toEqual([
      expect.objectContaining({ level: 'info', part: 'template', message: 'ignored, no local counterpart: AWS::CloudFront::Distribution' }),
    ]);
  });

  it('frees its ports when it is closed, so that it can start again on the same ones', async () => {
    const first = await start({ Api: restTemplate() }, { 'asset.Fn/index.mjs': echo });
    const rest = Number(new URL(first.restUrl!).port);
    const aws = Number(new URL(first.awsUrl).port);
    await first.close();
    await first.close();
    const second = await restart({ ports: { rest, aws } });
    expect(second.restUrl).toBe(first.restUrl);
    expect((await fetch(`${second.restUrl}/x`)).status).toBe(200);
  });
});

describe('a stage that cannot start', () => {
  it('says which port is busy and how to choose another', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    assembly = await writeAssembly({ stacks: { Api: restTemplate() } });
    await expect(restart({ ports: { rest: port } })).rejects.toThrow(
      `[PORT_BUSY] port ${port} for the REST API Api.Rest cannot be used: it is in use; stop the program that uses it, or choose another with ports.rest (--rest-port)`,
    );
    await expect(restart({ ports: { aws: port } })).rejects.toThrow(/for the AWS endpoint .* ports\.aws \(--aws-port\)/);
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('says to synthesize without an assembly', async () => {
    await expect(startStage({ assembly: join(scratch, 'cdk.out') })).rejects.toThrow(/ASSEMBLY_UNREADABLE.*synthesize first/s);
  });

  it('names the resource that a gateway or a service refuses', async () => {
    const { RestStage: _left, ...rest } = restResources('Fn');
    assembly = await writeAssembly({ stacks: { Api: { Resources: { ...functionResources('Fn'), ...rest } } } });
    await expect(restart()).rejects.toThrow(/stack Api.* Rest: /);
  });

  it('says that another stage works on the data folder', async () => {
    assembly = await writeAssembly({ stacks: { Data: { Resources: { Table: tableResource } } } });
    await restart({ dataDir: scratch });
    await expect(startStage({ assembly: assembly.directory, dataDir: scratch })).rejects.toThrow(
      /^\[RESOURCE_REFUSED\] stack Data, resource Table: /,
    );
  });

  it('leaves no listener behind', async () => {
    const first = await start({ Api: restTemplate() }, { 'asset.Fn/index.mjs': echo });
    const aws = Number(new URL(first.awsUrl).port);
    await first.close();
    const site = { directory: scratch, config: () => ({}) };
    await expect(restart({ ports: { aws }, site })).rejects.toThrow(/SITE_UNREADABLE.*build the site first/);
    const again = await restart({ ports: { aws } });
    expect(again.awsUrl).toBe(first.awsUrl);
  });
});

describe('the site', () => {
  it('is served with the URLs of the stage', async () => {
    await mkdir(join(scratch, 'web'));
    await writeFile(join(scratch, 'web', 'index.html'), '<h1>console</h1>');
    const running = await start(
      { Api: restTemplate() },
      { 'asset.Fn/index.mjs': echo },
      { site: { directory: join(scratch, 'web'), config: (urls) => ({ rest: urls.restUrl, site: urls.siteUrl }) } },
    );
    expect(await (await fetch(`${running.siteUrl}/deep/link`)).text()).toBe('<h1>console</h1>');
    expect(await (await fetch(`${running.siteUrl}/runtime-config.json`)).json()).toEqual({ rest: running.restUrl, site: running.siteUrl });
  });
});

describe('a whole deployment', () => {
  let api: string;
  let publisher: string;

  beforeAll(async () => {
    api = await bundle(`
      import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
      import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
      const table = new DynamoDBClient({});
      const lambda = new LambdaClient({});
      export const handler = async (event) => {
        if (event.path === '/invoke') {
          const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: process.env.PUBLISHER, Payload: '{"ping":1}' }));
          return { statusCode: 200, body: new TextDecoder().decode(Payload) };
        }
        const { id, connectionId } = JSON.parse(event.body);
        await table.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: id }, connectionId: { S: connectionId } } }));
        return { statusCode: 201, body: JSON.stringify({ id, socket: process.env.SOCKET_URL, rest: process.env.REST_URL }) };
      };`);
    publisher = await bundle(`
      import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
      const explicit = new ApiGatewayManagementApiClient({ endpoint: process.env.MANAGEMENT_URL });
      const implicit = new ApiGatewayManagementApiClient({});
      export const handler = async (event) => {
        if (event.requestContext) return { statusCode: 200 };
        if (!event.Records) return event;
        for (const record of event.Records) {
          const image = record.dynamodb.NewImage;
          console.log('published', image.id.S);
          if (image.connectionId.S === 'none') continue;
          for (const client of [explicit, implicit]) {
            await client.send(new PostToConnectionCommand({ ConnectionId: image.connectionId.S, Data: record.eventName + ' ' + image.id.S }));
          }
        }
      };`);
  });

  function template(): Template {
    const Environment = {
      Variables: { TABLE: { Ref: 'Table' }, SOCKET_URL: socketUrl, REST_URL: restUrl, PUBLISHER: { Ref: 'Publisher' } },
    };
    return {
      Resources: {
        Table: tableResource,
        ...functionResources('Api', { Environment }, [
          { Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
          { Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Publisher', 'Arn'] } },
        ]),
        ...functionResources('Publisher', { Environment: { Variables: { MANAGEMENT_URL: managementUrl } } }, [
          streamRights('Table'),
          postRights,
        ]),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
            FunctionName: { Ref: 'Publisher' },
            StartingPosition: 'LATEST',
          },
        },
        ...restResources('Api'),
        ...socketResources('Publisher'),
      },
      Outputs: { Table: { Value: { Ref: 'Table' } } },
    };
  }

  const files = () => ({ 'asset.Api/index.mjs': api, 'asset.Publisher/index.mjs': publisher });

  function save(running: Stage, id: string, connectionId: string): Promise<Response> {
    return fetch(`${running.restUrl}/save`, { method: 'POST', body: JSON.stringify({ id, connectionId }) });
  }

  it('carries a write from REST through the table and its stream to a socket', async () => {
    const running = await start({ S: template() }, files());
    const socket = new WebSocket(running.socketUrl!);
    await event(socket, 'open');
    const frames: string[] = [];
    const twoFrames = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        frames.push(String(data));
        if (frames.length === 2) resolve();
      });
    });
    const response = await save(running, 'a', running.connections()[0]!.connectionId);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: 'a', socket: running.socketUrl, rest: `${running.restUrl}/` });
    await twoFrames;
    expect(frames).toEqual(['INSERT a', 'INSERT a']);
    socket.terminate();
  });

  it('lets a function and the operator invoke another function through the Lambda API', async () => {
    const running = await start({ S: template() }, files());
    expect(await (await fetch(`${running.restUrl}/invoke`)).text()).toBe('{"ping":1}');
    const client = new LambdaClient({ endpoint: running.awsUrl, region: 'us-east-1', credentials: running.operator });
    const answer = await client.send(new InvokeCommand({ FunctionName: 'S-Publisher', Payload: '[1]' }));
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(new TextDecoder().decode(answer.Payload)).toBe('[1]');
    await expect(client.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    client.destroy();
  });

  it('runs on a clock that a test advances: functions sign at the time of the stage', async () => {
    const clock = createManualClock(1_700_000_000_123);
    const running = await start({ S: template() }, files(), { clock });
    expect((await save(running, 'a', 'none')).status).toBe(201);
    await clock.advance(7_200_000);
    expect((await save(running, 'b', 'none')).status).toBe(201);
  });

  it('breaks what is injected while it runs: a post, a batch, a call that kills its caller', async () => {
    const running = await start({ S: template() }, files());
    const socket = new WebSocket(running.socketUrl!);
    const twice = new Promise<string[]>((resolve) => {
      const frames: string[] = [];
      socket.on('message', (data) => frames.push(String(data)) === 3 && resolve(frames));
    });
    await event(socket, 'open');
    const killed = running.inject({ at: 'call', operation: 'dynamodb:PutItem', caller: 'S-Api', when: 'after', effect: 'kill', times: 1 });
    const lost = running.inject({ at: 'post', text: 'INSERT a', effect: 'lose', times: 1 });
    const again = running.inject({ at: 'batch', functionName: 'Publisher', effect: 'duplicate', times: 1 });
    expect((await save(running, 'a', running.connections()[0]!.connectionId)).status).toBe(502);
    expect(await twice).toEqual(['INSERT a', 'INSERT a', 'INSERT a']);
    expect([killed.hits, lost.hits, again.hits]).toEqual([1, 1, 1]);
    socket.terminate();
  });

  it('keeps data and stream positions over a restart', async () => {
    const dataDir = join(scratch, 'data');
    const lines: LogLine[] = [];
    let changed: () => void = () => undefined;
    const logs = (line: LogLine): void => {
      lines.push(line);
      changed();
    };
    const published = (): string[] => lines.flatMap(({ line }) => /published (\w+)$/.exec(line)?.[1] ?? []);
    const ended = (): number =>
      lines.filter(({ line, functionName }) => functionName === 'S-Publisher' && line.startsWith('REPORT')).length;
    const until = (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        changed = () => holds() && resolve();
        changed();
      });

    const first = await start({ S: template() }, files(), { dataDir, logs });
    await save(first, 'a', 'none');
    await until(() => ended() === 1);
    await first.close();

    const second = await restart({ dataDir, logs });
    const client = new DynamoDBClient({ endpoint: second.awsUrl, region: 'us-east-1', credentials: second.operator });
    const kept = await client.send(new GetItemCommand({ TableName: second.outputs.Table, Key: { id: { S: 'a' } } }));
    expect(kept.Item?.id).toEqual({ S: 'a' });
    await client.send(new PutItemCommand({ TableName: second.outputs.Table, Item: { id: { S: 'b' }, connectionId: { S: 'none' } } }));
    await until(() => published().includes('b'));
    expect(published().filter((id) => id === 'b')).toEqual(['b']);
    client.destroy();
  });
});

function event(socket: WebSocket, name: 'open' | 'close'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, () => resolve());
    if (name === 'open') socket.once('error', reject);
  });
}
