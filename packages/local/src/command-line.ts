/**
 * The command `gateway-local`: reads its arguments, starts a stage, prints what it is and what happens in it, and ends it on a signal.
 * It returns an exit code and writes through the given streams, so that a test can run it.
 */
import { parseArgs } from 'node:util';
import type { Report, ReportEntry } from './parts.js';
import { startStage } from './stage.js';
import { StageError } from './stage-error.js';
import type { Stage, StageOptions } from './stage-options.js';
import type { StandInOptions } from './stand-in/options.js';

/** Where the command writes, and what ends it. */
export interface CommandSurroundings {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** Keeps tables, objects, queues and topics instead of the stage. @default none */
  readonly standIn?: StandInOptions | undefined;
  /** Resolves when the user wants to stop (SIGINT, SIGTERM). */
  readonly stopped: Promise<void>;
}

export const usage = `gateway-local CDK_OUT [options]

Runs a synthesized CDK cloud assembly on this machine.

  --rest-port PORT    port of the REST API             (default: a free one)
  --socket-port PORT  port of the WebSocket API        (default: a free one)
  --aws-port PORT     port of DynamoDB, S3 and Lambda  (default: a free one)
  --issuer-port PORT  port of the OpenID Connect issuer (default: a free one)
  --site DIR          built web folder to serve, with /runtime-config.json
  --site-port PORT    port of the web folder           (default: a free one)
  --data DIR          folder that keeps tables and objects (default: memory)
  --fresh             delete what earlier runs kept in the data folder
  --only-services     start the services behind the AWS port alone, without gateways and workers
  --quiet             print URLs, warnings and errors only
  --help              print this

  GATEWAY_AWS_ENDPOINT=URL       an AWS-compatible endpoint that keeps tables, objects, queues and topics; its keys are in
                                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: test)
  GATEWAY_AWS_SERVICES=dynamodb  the services it keeps, separated by commas (default: dynamodb,s3,sqs,sns)`;

/** Runs the command. @returns 0 after a clean end, 1 when the stage could not start, 2 for wrong arguments */
export async function runCommand(args: readonly string[], surroundings: CommandSurroundings): Promise<0 | 1 | 2> {
  const { out, error, standIn, stopped } = surroundings;
  const command = readCommand(args);
  if (typeof command === 'string') {
    error(`${command}\n\n${usage}`);
    return 2;
  }
  if (command.help) {
    out(usage);
    return 0;
  }
  const report: Report = (entry) => {
    if (!isRoutine(entry) && (!command.quiet || entry.level !== 'info')) (entry.level === 'error' ? error : out)(formatEntry(entry));
  };
  try {
    const stage = await startStage({ ...command.options, ...(standIn === undefined ? {} : { standIn }), fresh: command.fresh, report });
    out(formatStage(stage));
    await stopped;
    await stage.close();
    return 0;
  } catch (failure) {
    error(
      failure instanceof StageError ? failure.message : failure instanceof Error ? (failure.stack ?? failure.message) : String(failure),
    );
    return 1;
  }
}

interface Command {
  readonly options: StageOptions;
  readonly fresh: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** The command, or what is wrong with the arguments. */
function readCommand(args: readonly string[]): Command | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'rest-port': { type: 'string' },
        'socket-port': { type: 'string' },
        'aws-port': { type: 'string' },
        'issuer-port': { type: 'string' },
        site: { type: 'string' },
        'site-port': { type: 'string' },
        data: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        'only-services': { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [assembly] = positionals;
    if (!values.help && (assembly === undefined || positionals.length > 1)) {
      return `got ${positionals.length} folders, expected one: the folder that "cdk synth" wrote`;
    }
    if (values.fresh && values.data === undefined) return 'got --fresh without --data, expected the folder to delete';
    const { fresh, quiet, help } = values;
    return { options: toOptions(assembly ?? '', values), fresh, quiet, help };
  } catch (problem) {
    return (problem as Error).message;
  }
}

function toOptions(assembly: string, values: Readonly<Record<string, string | boolean | undefined>>): StageOptions {
  const { site, data } = values;
  const sitePort = port(values, 'site-port');
  return {
    assembly,
    ports: {
      rest: port(values, 'rest-port'),
      socket: port(values, 'socket-port'),
      aws: port(values, 'aws-port'),
      issuer: port(values, 'issuer-port'),
    },
    ...(values['only-services'] === true ? { onlyServices: true } : {}),
    ...(typeof data === 'string' ? { dataDir: data } : {}),
    ...(typeof site === 'string' ? { site: { directory: site, port: sitePort, config: (urls) => urls } } : {}),
  };
}

/** 0, a free port, when the option is absent. */
function port(values: Readonly<Record<string, string | boolean | undefined>>, name: string): number {
  const value = values[name] ?? '0';
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new Error(`got --${name} ${String(value)}, expected a port from 0 to 65535`);
}

function formatStage(stage: Stage): string {
  const rows = [
    ['REST', stage.restUrl],
    ['WebSocket', stage.socketUrl],
    ['AWS', stage.awsUrl],
    ['Site', stage.siteUrl],
    ['Issuer', stage.issuerUrl],
    ['Functions', stage.functions.join(', ')],
  ].filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const keys = `AWS_ACCESS_KEY_ID=${stage.operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${stage.operator.secretAccessKey}`;
  return [...rows.map(([name, value]) => `${name.padEnd(10)} ${value}`), `Operator   ${keys}`, 'Stop with Ctrl+C.'].join('\n');
}

/** That every call begins and ends is no news; its report is. */
function isRoutine({ message, detail }: ReportEntry): boolean {
  return detail?.source === 'platform' && /^(START |END |\{.*"platform\.start")/.test(message);
}

/** Lines of functions are shown as they are, with the function's name. */
function formatEntry({ level, part, message, detail }: ReportEntry): string {
  const name = typeof detail?.functionName === 'string' ? `${part} ${detail.functionName}` : part;
  return `${level === 'info' ? '' : `${level} `}[${name}] ${message}`;
}
