/**
 * What `npm start -- …` takes. Ports are fixed by default so that bookmarks and `curl` lines stay good.
 */

import { parseArgs } from 'node:util';

/** Stages that `npm run build` synthesizes for this machine. */
const STAGES = ['local', 'everything'] as const;

export interface StartOptions {
  readonly help: boolean;
  /** `everything` has what `local` leaves out: the GraphQL API, and answers from a knowledge base. */
  readonly stage: (typeof STAGES)[number];
  /** Empty the data folder first. */
  readonly fresh: boolean;
  /** Load the installed packages' Markdown. */
  readonly load: boolean;
  readonly dataDirectory: string;
  readonly ports: { readonly site: number; readonly rest: number; readonly socket: number; readonly aws: number; readonly issuer: number };
}

export const HELP = `npm start -- [options]

  --fresh            delete the stage's data in the data folder first
  --no-load          do not load the Markdown of the installed packages
  --stage NAME       local, or everything: with the GraphQL API, and answers from a knowledge base (default local)
  --data DIR         data folder (default .gateway/data; everything has .gateway/data-everything)
  --site-port N      web page (default 4000)
  --rest-port N      REST API (default 4001)
  --socket-port N    WebSocket API and @connections (default 4002)
  --aws-port N       DynamoDB, S3, Lambda for AWS SDK clients (default 4003)
  --issuer-port N    OpenID Connect issuer with test users (default 4004)
  --help             this text

  GATEWAY_AWS_ENDPOINT=URL  an AWS-compatible endpoint that keeps tables, objects, queues and topics instead; its keys are in
                            AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default test)
  GATEWAY_AWS_SERVICES=...  which of dynamodb,s3,sqs,sns it keeps (default all)

A port of 0 takes any free one.`;

/**
 * Reads the command line.
 *
 * @throws Error for an unknown option or stage, or a port that is none, with what was got.
 */
export function readOptions(argv: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      help: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      load: { type: 'boolean', default: true },
      stage: { type: 'string', default: 'local' },
      data: { type: 'string' },
      'site-port': { type: 'string', default: '4000' },
      'rest-port': { type: 'string', default: '4001' },
      'socket-port': { type: 'string', default: '4002' },
      'aws-port': { type: 'string', default: '4003' },
      'issuer-port': { type: 'string', default: '4004' },
    },
  });
  const stage = stageOf(values.stage);
  return {
    help: values.help,
    stage,
    fresh: values.fresh,
    load: values.load,
    dataDirectory: values.data ?? (stage === 'local' ? '.gateway/data' : `.gateway/data-${stage}`),
    ports: {
      site: portOf('--site-port', values['site-port']),
      rest: portOf('--rest-port', values['rest-port']),
      socket: portOf('--socket-port', values['socket-port']),
      aws: portOf('--aws-port', values['aws-port']),
      issuer: portOf('--issuer-port', values['issuer-port']),
    },
  };
}

function stageOf(text: string): StartOptions['stage'] {
  const stage = STAGES.find((name) => name === text);
  if (stage !== undefined) return stage;
  throw new Error(`--stage: got "${text}", expected ${STAGES.join(' or ')}`);
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${option}: got "${text}", expected a port from 0 to 65535`);
}
