/**
 * The Lambda function of an integration `Uri`:
 * `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations`, or for response streaming
 * `…/2021-11-15/functions/FUNCTION_ARN/response-streaming-invocations`; `${stageVariables.name}` may stand in the ARN.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */

/** How API Gateway hands on what the function answers. */
export type TransferMode = 'BUFFERED' | 'STREAM';

const PATHS = {
  BUFFERED: /^arn:[\w-]+:apigateway:[\w-]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/,
  STREAM: /^arn:[\w-]+:apigateway:[\w-]+:lambda:path\/2021-11-15\/functions\/(.+)\/response-streaming-invocations$/,
} as const;

const EXPECTED = {
  BUFFERED: '2015-03-31/functions/ARN/invocations',
  STREAM: '2021-11-15/functions/ARN/response-streaming-invocations',
} as const;

/** The ARN to invoke. Throws, naming `where`, for any other URI. */
export function functionArnOf(
  uri: string,
  where: string,
  {
    stageVariables,
    transfer = 'BUFFERED',
  }: { readonly stageVariables: Readonly<Record<string, string>> | null; readonly transfer?: TransferMode },
): string {
  const found = PATHS[transfer].exec(uri)?.[1];
  if (found === undefined) {
    throw new Error(
      `${where}: integration URI is ${JSON.stringify(uri)}, expected arn:aws:apigateway:REGION:lambda:path/${EXPECTED[transfer]}; ` +
        'the local stage runs Lambda proxy and MOCK integrations',
    );
  }
  return found.replace(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => {
    const value = stageVariables?.[name];
    if (value === undefined) throw new Error(`${where}: the stage has no variable ${name}, which the integration URI uses`);
    return value;
  });
}
