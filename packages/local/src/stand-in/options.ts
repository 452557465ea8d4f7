/** Which AWS-compatible endpoint stands in for services of the stage, and for which of them. */
import type { Credentials } from '../parts.js';
import { StageError } from '../stage-error.js';

/** The services that another endpoint can stand in for. All others are the stage's own in any case, as are gateways, Lambda, STS and IAM. */
export const standInServices = ['dynamodb', 's3', 'sqs', 'sns'] as const;

export type StandInService = (typeof standInServices)[number];

export interface StandInOptions {
  /** `https://127.0.0.1:9297`: scheme, host and port. */
  readonly url: string;
  /** Keys that may do everything there. */
  readonly credentials: Credentials;
  /** Region that calls are signed for. @default the stage's */
  readonly region?: string;
  /** `dynamodb`, `s3`, `sqs`, `sns`. @default all of them */
  readonly services?: readonly string[];
}

/** What was given, checked. */
export interface StandInSettings {
  /** `https://127.0.0.1:9297` */
  readonly origin: string;
  readonly credentials: Credentials;
  readonly services: ReadonlySet<StandInService>;
}

/** @throws StageError `STAND_IN_UNUSABLE` */
export function readStandInOptions({ url, credentials, services = standInServices }: StandInOptions): StandInSettings {
  const unknown = services.filter((name) => !isStandInService(name));
  if (unknown.length > 0) {
    const known = standInServices.join(', ');
    throw unusable(`it cannot stand in for ${unknown.join(', ')}, expected some of ${known}; correct the list of services`);
  }
  return { origin: originOf(url), credentials, services: new Set(services.filter(isStandInService)) };
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.pathname === '/' && parsed.search === '') return parsed.origin;
  throw unusable(`got the URL "${url}", expected scheme, host and port such as http://127.0.0.1:9297; correct it`);
}

function isStandInService(name: string): name is StandInService {
  return (standInServices as readonly string[]).includes(name);
}

export function unusable(problem: string, options?: ErrorOptions): StageError {
  return new StageError('STAND_IN_UNUSABLE', `the AWS endpoint that stands in for the stage's services: ${problem}`, options);
}
