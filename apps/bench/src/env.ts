/** The environment of this process: SDK clients, bare or behind `ctx`, are told by variables where AWS is, as functions are. */

import type { StageProcess } from './stage-process.js';

/** Sends all AWS clients of this process to a stage, as its operator, whom IAM allows everything. */
export function actAsOperator({ awsUrl, region, operator }: StageProcess): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
  });
}
