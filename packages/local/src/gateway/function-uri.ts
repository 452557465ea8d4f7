/**
 * The Lambda function of an integration `Uri`:
 * `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations`, where `${stageVariables.name}` may stand in the ARN.
 * Response streaming (`2021-11-15/…/response-streaming-invocations`) is refused.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */

const INVOCATION = /^arn:[\w-]+:apigateway:[\w-]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;

/** The ARN to invoke. Throws, naming `where`, for any other URI. */
export function functionArnOf(uri: string, where: string, stageVariables: Readonly<Record<string, string>> | null): string {
  const found = INVOCATION.exec(uri)?.[1];
  if (found === undefined) {
    throw new Error(
      `${where}: integration URI is ${JSON.stringify(uri)}, expected arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations; ` +
        'the local stage runs buffered Lambda proxy and MOCK integrations',
    );
  }
  return found.replace(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => {
    const value = stageVariables?.[name];
    if (value === undefined) throw new Error(`${where}: the stage has no variable ${name}, which the integration URI uses`);
    return value;
  });
}
