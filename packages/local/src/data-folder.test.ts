import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStage } from './stage.js';
import { tableResource } from './stage.test.fixture.js';
import type { Stage } from './stage-options.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

let assembly: AssemblyFixture;
let dataDir: string;
let stages: Stage[];

beforeEach(async () => {
  stages = [];
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  assembly = await writeAssembly({ stacks: { Data: { Resources: { Table: tableResource } } }, files: {} });
});
afterEach(async () => {
  for (const stage of stages) await stage.close();
  await assembly.remove();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(options: { fresh?: boolean; awsPort?: number } = {}): Promise<Stage> {
  const { fresh = false, awsPort = 0 } = options;
  const stage = await startStage({ assembly: assembly.directory, dataDir, fresh, ports: { aws: awsPort } });
  stages.push(stage);
  return stage;
}

function table({ awsUrl, operator }: Stage) {
  const client = new DynamoDBClient({ endpoint: awsUrl, region: 'us-east-1', credentials: operator });
  const TableName = 'Data-Table';
  return {
    put: () => client.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' } } })),
    get: async () => (await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }))).Item,
  };
}

describe('a data folder', () => {
  it('that lost a file is refused, not taken for an empty one', async () => {
    const first = await start();
    await table(first).put();
    await first.close();
    await rm(join(dataDir, 'dynamodb', 'CURRENT'));
    await expect(start()).rejects.toThrow(/its file CURRENT is missing; restore it, or remove the folder to start empty/);
  });
});

describe('a fresh start', () => {
  it('throws away what earlier runs kept, and nothing else in the folder', async () => {
    await writeFile(join(dataDir, 'notes.txt'), 'mine');
    const first = await start();
    await table(first).put();
    await first.close();
    expect(await table(await start({ fresh: true })).get()).toBeUndefined();
    expect(existsSync(join(dataDir, 'notes.txt'))).toBe(true);
  });

  it('throws away data that is damaged', async () => {
    await mkdir(join(dataDir, 'dynamodb'));
    await writeFile(join(dataDir, 'dynamodb', 'LOCK'), '');
    await writeFile(join(dataDir, 'dynamodb', 'CURRENT'), 'no database');
    expect(await table(await start({ fresh: true })).get()).toBeUndefined();
  });

  it('is refused on the folder of a running stage, which keeps everything', async () => {
    const running = await start();
    await table(running).put();
    await expect(start({ fresh: true })).rejects.toThrow(/^\[RESOURCE_REFUSED\] .* cannot be emptied: another stage has it open/);
    expect(await table(running).get()).toEqual({ id: { S: 'a' } });
  });

  it('deletes nothing when a port is busy', async () => {
    const first = await start();
    await table(first).put();
    await first.close();
    const busy = await startStage({ assembly: assembly.directory });
    stages.push(busy);
    await expect(start({ fresh: true, awsPort: Number(new URL(busy.awsUrl).port) })).rejects.toThrow('[PORT_BUSY]');
    expect(await table(await start()).get()).toEqual({ id: { S: 'a' } });
  });
});
