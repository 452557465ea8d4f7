import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { LogLine } from './lambda/pool.js';
import type { ReportEntry } from './parts.js';
import { startStage } from './stage.js';
import { functionResources, restResources, socketResources } from './stage.test.fixture.js';
import type { Stage } from './stage-options.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

let assembly: AssemblyFixture | undefined;
let stage: Stage | undefined;

afterEach(async () => {
  await stage?.close();
  await assembly?.remove();
});

/** Ends quickly on the routes of the socket, never on REST. */
const code = `export const handler = async (event) => {
  if (event.path) {
    console.log('endless');
    await new Promise(() => setTimeout(() => {}, 60_000));
  }
  console.log('ran', event.requestContext.routeKey);
  return { statusCode: 200 };
};`;

const template = {
  Resources: {
    ...functionResources('Fn'),
    ...restResources('Fn'),
    ...socketResources('Fn'),
    SocketDisconnect: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Socket' },
        RouteKey: '$disconnect',
        AuthorizationType: 'NONE',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'SocketIntegration' }]] },
      },
    },
  },
};

it('runs $disconnect of open connections when it is closed, and reports no error, whatever it cuts off', async () => {
  assembly = await writeAssembly({ stacks: { S: template }, files: { 'asset.Fn/index.mjs': code } });
  const entries: ReportEntry[] = [];
  const lines: LogLine[] = [];
  let endless: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (endless = resolve));
  stage = await startStage({
    assembly: assembly.directory,
    report: (entry) => void entries.push(entry),
    logs: (line) => {
      lines.push(line);
      if (line.line.includes('endless')) endless();
    },
  });
  const socket = new WebSocket(stage.socketUrl!);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  // Warms a sandbox: a cold start may take most of the second that the end of a stage waits.
  await stage.invoke('S-Fn', { requestContext: { routeKey: 'warm' } });
  const cutOff = fetch(`${stage.restUrl}/endless`).then(
    () => 'answered',
    () => 'cut off',
  );
  await begun;
  await stage.invoke('S-Fn', { requestContext: { routeKey: 'warm' } });
  await stage.close();
  expect(await closed).toBe(1001);
  expect(await cutOff).toBe('cut off');
  expect(lines.filter(({ line }) => line.endsWith('ran $disconnect'))).toHaveLength(1);
  expect(entries.filter(({ level }) => level !== 'info')).toEqual([]);
  expect(lines.filter(({ line }) => /Error|error/.test(line))).toEqual([]);
});
