/**
 * `ServiceInvoker` on Lambda's Invoke, synchronous. One attempt only: nobody can tell whether a mutation ran whose answer was lost, so it
 * must not run again (PROTOCOL.md P3.14). The SDK is loaded with the first frame that needs it.
 */

import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { ServiceInvoker } from './service-invoker.js';
import type { SocketResult } from './socket-event.js';

export interface LambdaServiceInvokerOptions {
  /** Function names by service name. */
  readonly functions: Readonly<Record<string, string>>;
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string;
  /** @default the SDK's own: `AWS_ENDPOINT_URL`, or AWS */
  readonly endpoint?: string;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The functions of services. */
export interface LambdaServiceInvoker extends ServiceInvoker {
  /** Leaves an event with Lambda, which runs the function at least once, and does not wait for it. */
  tell(service: string, event: object): Promise<void>;
  destroy(): Promise<void>;
}

type Sdk = typeof import('@aws-sdk/client-lambda');

/** Opens nothing until the first frame. */
export function createLambdaServiceInvoker({ functions, ...client }: LambdaServiceInvokerOptions): LambdaServiceInvoker {
  let opened: Promise<{ sdk: Sdk; lambda: LambdaClient }> | undefined;
  const open = () => {
    opened ??= import('@aws-sdk/client-lambda').then((sdk) => ({ sdk, lambda: new sdk.LambdaClient({ ...client, maxAttempts: 1 }) }));
    return opened;
  };
  return {
    has: (service) => Object.hasOwn(functions, service),
    invoke: async (service, event) => {
      const { sdk, lambda } = await open();
      const request = { FunctionName: functions[service], InvocationType: 'RequestResponse' as const, Payload: JSON.stringify(event) };
      const { FunctionError, Payload } = await lambda.send(new sdk.InvokeCommand(request));
      const text = Payload?.transformToString() ?? '';
      if (FunctionError !== undefined) throw new Error(`function of service ${service} failed (${FunctionError}): ${text.slice(0, 500)}`);
      return resultOf(service, text);
    },
    tell: async (service, event) => {
      if (!Object.hasOwn(functions, service)) return;
      const { sdk, lambda } = await open();
      const request = { FunctionName: functions[service], InvocationType: 'Event' as const, Payload: JSON.stringify(event) };
      await lambda.send(new sdk.InvokeCommand(request));
    },
    destroy: async () => (await opened)?.lambda.destroy(),
  };
}

function resultOf(service: string, text: string): SocketResult {
  const value: unknown = text === '' ? null : JSON.parse(text);
  if (typeof value === 'object' && value !== null && 'statusCode' in value && value.statusCode === 200) return value as SocketResult;
  throw new Error(`function of service ${service} answered ${text.slice(0, 500)}, expected {"statusCode":200,"body":…}`);
}
