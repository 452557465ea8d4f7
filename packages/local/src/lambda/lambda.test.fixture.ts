/** Functions on disk and a host for them, for tests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../clock.js';
import type { Clock, Environment, ReportEntry } from '../parts.js';
import type { FunctionDefinition } from './definition.js';
import type { Destinations } from './destinations.js';
import { createLambdaHost, type LambdaHost } from './host.js';
import type { LogLine } from './pool.js';

export const environment: Environment = { accountId: '000000000000', region: 'us-east-1', partition: 'aws' };

/** A definition with Lambda's defaults; the code folder comes from `startHost`. */
export function define(name: string, parts: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    roleArn: `arn:aws:iam::000000000000:role/${name}Role`,
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    code: { kind: 'unsupported', reason: 'the test gave no code' },
    timeoutMs: 20_000,
    memoryMb: 128,
    variables: {},
    logging: { format: 'Text', level: 'INFO' },
    logGroup: `/aws/lambda/${name}`,
    retry: { maxRetries: 2, maxAgeMs: 21_600_000 },
    ...parts,
  };
}

export interface HostFixture {
  readonly host: LambdaHost;
  readonly lines: LogLine[];
  readonly entries: ReportEntry[];
  /** Resolves with the first log line that matches, past or future. */
  lineWith(text: string): Promise<LogLine>;
  close(): Promise<void>;
}

/** A host for functions given as files: `{ 'fn/index.mjs': '…' }` is the code of the function `fn`. */
export async function startHost(
  files: Readonly<Record<string, string>>,
  parts: Readonly<Record<string, Partial<FunctionDefinition>>> = {},
  clock: Clock = systemClock,
  destinations?: Destinations,
): Promise<HostFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const names = [...new Set([...Object.keys(files).map((path) => path.split('/')[0]!), ...Object.keys(parts)])];
  const lines: LogLine[] = [];
  const entries: ReportEntry[] = [];
  const watchers = new Set<(line: LogLine) => void>();
  const host = createLambdaHost({
    functions: names.map((name) => define(name, { code: { kind: 'directory', path: join(directory, name) }, ...parts[name] })),
    environment,
    credentialsOf: (name) => ({ accessKeyId: `AKIA${name.toUpperCase()}`, secretAccessKey: `secret-of-${name}` }),
    awsUrl: 'http://127.0.0.1:4566',
    clock,
    ...(destinations === undefined ? {} : { destinations }),
    report: (entry) => void entries.push(entry),
    logs: (line) => {
      lines.push(line);
      for (const watcher of watchers) watcher(line);
    },
  });
  return {
    host,
    lines,
    entries,
    lineWith: (text) =>
      new Promise((resolve) => {
        const check = (line: LogLine): void => {
          if (line.line.includes(text)) resolve(line);
        };
        watchers.add(check);
        for (const line of lines) check(line);
      }),
    async close() {
      await host.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
