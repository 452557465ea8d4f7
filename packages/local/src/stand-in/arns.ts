/**
 * ARNs as functions and policies know them, those of the template, and as the endpoint that stands in knows them: in its one account and
 * region. Names are the same on both sides, so the resources of all accounts of an assembly share the names of one.
 */
import type { Environment } from '../parts.js';

/** An account and a region. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface ArnTranslation {
  /**
   * Notes in which account of the assembly a resource is.
   *
   * @param resource `table/Documents`, as an ARN ends
   * @throws Error when another account has one of that name
   */
  claim(service: string, resource: string, place: Place): void;
  /** Every ARN in a text as the endpoint knows it. */
  toTheirs(text: string): string;
  /** Every ARN in a text as the template has it. */
  toOurs(text: string): string;
}

/** Of the services that are forwarded. The last group is the name of the resource. */
const arnInText = /\barn:(aws[\w-]*):(dynamodb|sqs|sns):([a-z0-9-]*):(\d{12}):((?:table\/)?[\w.-]+)/g;

/** @param own account and region of what nobody has claimed */
export function createArnTranslation(theirs: Place, own: Environment): ArnTranslation {
  const claims = new Map<string, Place>();
  return {
    claim(service, resource, place) {
      const id = `${service}:${resource}`;
      const present = claims.get(id);
      if (present !== undefined && present.accountId !== place.accountId) {
        throw new Error(
          `${service} ${resource} is in the accounts ${present.accountId} and ${place.accountId}, expected different names: the endpoint that stands in has one account; rename one in the CDK app`,
        );
      }
      claims.set(id, place);
    },
    toTheirs: (text) =>
      text.replace(
        arnInText,
        (_arn, partition: string, service: string, _region, _account, name: string) =>
          `arn:${partition}:${service}:${theirs.region}:${theirs.accountId}:${name}`,
      ),
    toOurs: (text) =>
      text.replace(arnInText, (arn, partition: string, service: string, region: string, accountId: string, name: string) => {
        if (region !== theirs.region || accountId !== theirs.accountId) return arn;
        const place = claims.get(`${service}:${name}`) ?? own;
        return `arn:${partition}:${service}:${place.region}:${place.accountId}:${name}`;
      }),
  };
}
