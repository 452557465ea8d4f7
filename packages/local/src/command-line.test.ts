import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, usage } from './command-line.js';
import { restTemplate } from './stage.test.fixture.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

let assembly: AssemblyFixture;
let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  assembly = await writeAssembly({
    stacks: { Api: restTemplate() },
    files: { 'asset.Fn/index.mjs': 'export const handler = async () => { console.log("from the handler"); return { statusCode: 200 }; };' },
  });
});

afterEach(async () => {
  await assembly.remove();
  await rm(scratch, { recursive: true });
});

interface Run {
  readonly lines: string[];
  readonly errors: string[];
  readonly code: Promise<0 | 1 | 2>;
  /** Resolves with the first line that has the text. */
  lineWith(text: string): Promise<string>;
  stop(): void;
}

function run(...args: string[]): Run {
  const lines: string[] = [];
  const errors: string[] = [];
  let stop: () => void = () => undefined;
  let changed: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const out = (line: string): void => {
    lines.push(line);
    changed();
  };
  const code = runCommand(args, { out, error: (line) => void errors.push(line), stopped });
  return {
    lines,
    errors,
    code,
    stop,
    lineWith: (text) =>
      new Promise((resolve) => {
        changed = () => {
          const found = lines.find((line) => line.includes(text));
          if (found !== undefined) resolve(found);
        };
        changed();
      }),
  };
}

describe('gateway-local', () => {
  it('prints URLs and keys, shows what functions print, and ends with 0 when it is stopped', async () => {
    const command = run(assembly.directory);
    const head = await command.lineWith('Stop with Ctrl+C.');
    const url = /^REST +(http:\S+)$/m.exec(head)?.[1];
    expect(head).toMatch(/^AWS +http:\/\/127\.0\.0\.1:\d+$/m);
    expect(head).toMatch(/^Operator +AWS_ACCESS_KEY_ID=AKIA[A-Z2-7]{16} AWS_SECRET_ACCESS_KEY=\S{40}$/m);
    await fetch(`${url}/x`);
    expect(await command.lineWith('from the handler')).toMatch(/^\[lambda Api-Fn\] /);
    command.stop();
    expect(await command.code).toBe(0);
    await expect(fetch(`${url}/x`)).rejects.toThrow();
  });

  it('prints only URLs with --quiet', async () => {
    const command = run(assembly.directory, '--quiet');
    const head = await command.lineWith('Stop with Ctrl+C.');
    await fetch(`${/^REST +(http:\S+)$/m.exec(head)?.[1]}/x`);
    command.stop();
    expect(await command.code).toBe(0);
    expect(command.lines).toHaveLength(1);
  });

  it('serves a site with the URLs as its configuration', async () => {
    await writeFile(join(scratch, 'index.html'), 'console');
    const command = run(assembly.directory, '--site', scratch, '--quiet');
    const url = /^Site +(http:\S+)$/m.exec(await command.lineWith('Stop'))?.[1];
    expect(await (await fetch(`${url}/runtime-config.json`)).json()).toMatchObject({ siteUrl: url });
    command.stop();
    await command.code;
  });

  it('deletes with --fresh what a stage kept, and nothing else in the folder', async () => {
    await mkdir(join(scratch, 'checkpoints'));
    await writeFile(join(scratch, 'notes.txt'), 'mine');
    const command = run(assembly.directory, '--data', scratch, '--fresh', '--quiet');
    await command.lineWith('Stop');
    command.stop();
    await command.code;
    const left = await readdir(scratch);
    expect(left).toContain('notes.txt');
    expect(left).not.toContain('checkpoints');
  });

  it('starts services alone, for another stage to use', async () => {
    const running = run(assembly.directory, '--only-services');
    expect(await running.lineWith('AWS')).not.toMatch(/REST|WebSocket/);
    running.stop();
    expect(await running.code).toBe(0);
  });

  it('ends with 1 and one line when the endpoint that is to stand in does not answer', async () => {
    const errors: string[] = [];
    const standIn = { url: 'http://127.0.0.1:1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const surroundings = { out: () => undefined, error: (line: string) => void errors.push(line), stopped: Promise.resolve(), standIn };
    expect(await runCommand([assembly.directory], surroundings)).toBe(1);
    expect(errors).toEqual([expect.stringMatching(/^\[STAND_IN_UNUSABLE\] .*http:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/)]);
  });

  it('ends with 1 and one line when the stage cannot start', async () => {
    const command = run(join(scratch, 'cdk.out'));
    expect(await command.code).toBe(1);
    expect(command.errors).toEqual([expect.stringMatching(/^\[ASSEMBLY_UNREADABLE\] .*synthesize first/)]);
  });

  it.each([
    [[], 'got 0 folders, expected one'],
    [['a', 'b'], 'got 2 folders, expected one'],
    [['a', '--rest-port', 'http'], 'got --rest-port http, expected a port from 0 to 65535'],
    [['a', '--unknown'], "Unknown option '--unknown'"],
    [['a', '--fresh'], 'got --fresh without --data'],
  ])('ends with 2 for the arguments %j', async (args, message) => {
    const command = run(...args);
    expect(await command.code).toBe(2);
    expect(command.errors.join()).toContain(message);
    expect(command.errors.join()).toContain(usage);
  });

  it('explains itself with --help', async () => {
    const command = run('--help');
    expect(await command.code).toBe(0);
    expect(command.lines).toEqual([usage]);
  });
});
