/**
 * STS on the Query protocol: AssumeRole by trust policy, GetCallerIdentity, GetAccessKeyInfo. Sessions are keys like any others, until
 * they expire by the stage's clock.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 *
 * Session tags, source identities, MFA and federation (SAML, OIDC) are refused by name.
 */
import { AwsError } from '../../wire/aws-error.js';
import { queryErrorResponse, queryResponse, queryText, readQueryForm } from '../../wire/aws-query.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import type { XmlValue } from '../../wire/xml-writer.js';
import { assumeRole } from './assume-role.js';
import { type StsCall, type StsParts, stsError } from './call.js';
import { userId } from './user-id.js';

type Operation = (call: StsCall) => XmlValue;

const operations: Readonly<Record<string, Operation>> = {
  AssumeRole: assumeRole,
  GetCallerIdentity: ({ parts, principal }) => ({
    Arn: principal.arn,
    UserId: userId(principal.arn, parts.roles),
    Account: principal.arn.split(':')[4],
  }),
  GetAccessKeyInfo: ({ parts, form }) => {
    const found = parts.credentials.find(queryText(form, 'AccessKeyId') ?? '');
    if (found === undefined) throw stsError('ValidationError', 'The specified access key id is not known.');
    return { Account: found.principal.arn.split(':')[4] };
  },
};

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** A handler for the signing name `sts`. */
export function createStsService(parts: StsParts): WireHandler {
  return async ({ body, principal }) => {
    const form = readQueryForm(body);
    const action = queryText(form, 'Action') ?? '';
    const run = Object.hasOwn(operations, action) ? operations[action] : undefined;
    try {
      if (run === undefined) throw unknownAction(parts, action);
      return queryResponse(action, run({ parts, principal, form }), NAMESPACE);
    } catch (error) {
      if (error instanceof AwsError) return queryErrorResponse(error, NAMESPACE);
      throw error;
    }
  };
}

function unknownAction({ report }: StsParts, action: string): AwsError {
  report({ level: 'warn', part: 'sts', message: `${action || 'a request without Action'} is not implemented by the local stage` });
  return stsError('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
}
