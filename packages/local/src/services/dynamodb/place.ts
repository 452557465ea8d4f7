/** Which account and region a call is for. */
import type { Environment } from '../../parts.js';
import { readJsonObject } from '../../wire/aws-json.js';
import type { WireRequest } from '../../wire/wire-handler.js';
import type { Input } from './operations.js';

/** An account and a region. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Where a call is for: where the table is that it names by ARN, else the account of the caller and the region it signed for. */
export function placeOfCall({ body, principal, region }: WireRequest, own: Environment): Place {
  const named = namesIn(readJsonObject(body) ?? {}).map(placeOf);
  const accountId = principal.arn.split(':')[4] ?? own.accountId;
  return named.find((place) => place !== undefined) ?? { accountId, region: region ?? own.region };
}

/** Whatever a call names tables by. */
function namesIn(input: Input): readonly string[] {
  const items = Array.isArray(input.TransactItems) ? input.TransactItems : [];
  const steps = items.flatMap((item: unknown) => Object.values((item ?? {}) as Input));
  const tables = [input, ...steps].map((each) => (each as Input | null)?.TableName ?? (each as Input | null)?.ResourceArn);
  return [...tables.map(String), ...Object.keys((input.RequestItems ?? {}) as Input)];
}

/** The account and region in the ARN of a table. */
export function placeOf(nameOrArn: string): Place | undefined {
  const [, region, accountId] = /^arn:[^:]+:dynamodb:([^:]*):(\d{12}):table\//.exec(nameOrArn) ?? [];
  return region === undefined || accountId === undefined ? undefined : { accountId, region };
}
