/**
 * API Gateway's denials show of the account in the resource's ARN the last four digits only, unlike those of other services.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html ("Troubleshoot")
 */

/** A denial as API Gateway says it. */
export function maskedAccount(message: string): string {
  return message.replace(/(on resource: arn:[\w-]+:execute-api:[\w-]*:)\d{8}(\d{4}:)/, '$1********$2');
}
