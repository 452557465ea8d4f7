/**
 * `node dist/doctor.js [--stage NAME] [--offline] [--json] [--connections N] [--requests N] …`: says whether a stage can be deployed, and what
 * it costs. Exit code 0: nothing stands in the way; 1: something does; 2: the command was misspelt.
 */

import { parseArgs } from 'node:util';
import { declarations } from './apps-declarations.js';
import { stageNamed } from './deploy/stage-alias.js';
import { awsAccount } from './doctor/account.js';
import { costLines, ORDINARY, ordinaryRequests, type Traffic } from './doctor/cost.js';
import { type Diagnosis, diagnose } from './doctor/diagnose.js';
import { findingLines } from './doctor/finding.js';
import { missingForDeployment, readEnvironment } from './env.js';

const OPTIONS = {
  stage: { type: 'string' },
  offline: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  connections: { type: 'string' },
  requests: { type: 'string' },
  'messages-in': { type: 'string' },
  'messages-out': { type: 'string' },
  'message-bytes': { type: 'string' },
  'keep-alive-seconds': { type: 'string' },
} as const;

const DEFAULT_CONNECTIONS = 1_000;

type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string | boolean>>>;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const diagnosis = await diagnose({
    stage: stageNamed(values.stage ?? readEnvironment().stage ?? 'production'),
    declarations,
    traffic: trafficOf(values),
    nowMs: Date.now(),
    account: values.offline ? undefined : awsAccount(),
    missing: values.offline ? [] : missingForDeployment(),
  });
  console.log(values.json ? JSON.stringify(diagnosis, undefined, 2) : report(diagnosis, trafficOf(values)));
  return diagnosis.deployable ? 0 : 1;
}

function trafficOf(values: Values): Traffic {
  const connections = numberOf(values, 'connections', DEFAULT_CONNECTIONS);
  return {
    ...ORDINARY,
    connections,
    requests: numberOf(values, 'requests', ordinaryRequests(connections)),
    messagesIn: numberOf(values, 'messages-in', ORDINARY.messagesIn),
    messagesOut: numberOf(values, 'messages-out', ORDINARY.messagesOut),
    messageBytes: numberOf(values, 'message-bytes', ORDINARY.messageBytes),
    keepAliveSeconds: numberOf(values, 'keep-alive-seconds', ORDINARY.keepAliveSeconds),
  };
}

function numberOf(values: Values, name: keyof typeof OPTIONS, absent: number): number {
  const text = values[name];
  if (text === undefined) return absent;
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`--${name}: got "${String(text)}", expected a number from 0`);
}

function report({ stage, deployable, findings, quotas, cost, notPriced }: Diagnosis, traffic: Traffic): string {
  const largest = [...quotas].sort((one, other) => share(other) - share(one)).slice(0, 8);
  return [
    `Stage ${stage}`,
    '',
    ...(findings.length === 0 ? ['nothing to say against it'] : findingLines(findings)),
    ...(largest.length === 0 ? [] : ['', 'Nearest to a limit:']),
    ...largest.map((figure) => `  ${figure.quota} of ${figure.where}: ${figure.value} of ${figure.limit}`),
    ...(cost.length === 0 ? [] : ['', `A month with ${traffic.connections} connections and ${traffic.requests} requests, in dollars:`]),
    ...(cost.length === 0 ? [] : costLines(cost).map((line) => `  ${line}`)),
    ...notPriced.map((line) => `  not in it: ${line}`),
    '',
    deployable ? 'It can be deployed.' : 'It cannot be deployed like this.',
  ].join('\n');
}

function share({ value, limit, atLeast, chosen }: Diagnosis['quotas'][number]): number {
  return atLeast || chosen ? 0 : value / limit;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
