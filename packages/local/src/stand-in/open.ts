/** Connects a stage with the endpoint that stands in for some of its services: finds out who the keys are there, or why it cannot be used. */
import type { Environment, Report } from '../parts.js';
import { AwsError } from '../wire/aws-error.js';
import { type ArnTranslation, createArnTranslation } from './arns.js';
import { createStandInClient, type StandInClient } from './client.js';
import { readStandInOptions, type StandInOptions, type StandInService, unusable } from './options.js';
import { callQuery } from './query-call.js';

/** A usable endpoint. */
export interface StandIn {
  /** `http://127.0.0.1:9297` */
  readonly origin: string;
  readonly client: StandInClient;
  readonly arns: ArnTranslation;
  /** Region that its resources are in. */
  readonly region: string;
  serves(service: StandInService): boolean;
  close(): void;
}

/** @throws StageError `STAND_IN_UNUSABLE` for a bad URL, an endpoint that does not answer, and keys that it refuses */
export async function openStandIn(options: StandInOptions, parts: { environment: Environment; report: Report }): Promise<StandIn> {
  const { environment } = parts;
  const { origin, credentials, services } = readStandInOptions(options);
  const region = options.region ?? environment.region;
  // That it is not there yet is the stage's error, not news in its journal.
  let report: Report = () => undefined;
  const client = createStandInClient({ origin, credentials, region, report: (entry) => report(entry) });
  try {
    const accountId = await accountOf(client, origin);
    report = parts.report;
    return {
      origin,
      client,
      region,
      arns: createArnTranslation({ accountId, region }, environment),
      serves: (service) => services.has(service),
      close: () => client.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html - needs no right, only keys that are known. */
async function accountOf(client: StandInClient, origin: string): Promise<string> {
  try {
    const answer = await callQuery(client, { service: 'sts', action: 'GetCallerIdentity', version: '2011-06-15' });
    const [, accountId] = /<Account>(\d{12})<\/Account>/.exec(answer) ?? [];
    if (accountId === undefined) throw new Error('its answer to GetCallerIdentity has no account');
    return accountId;
  } catch (cause) {
    throw unusable(problemOf(cause, origin), { cause });
  }
}

function problemOf(cause: unknown, origin: string): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof AwsError)) return `${origin}: ${message}; is an AWS-compatible endpoint there?`;
  if (cause.code === 'ServiceUnavailable') return `${message}; start it, or correct its URL`;
  return `${origin} refuses its keys or the call GetCallerIdentity (${cause.statusCode} ${cause.code}: ${message}); give the keys that it knows`;
}
