/** Puts a call to IAM, then to the switch for faults. Each service has words of its own for what comes of it. */
import { type AuthorizationRequest, denialMessage } from '../iam/authorize.js';
import type { AwsError } from '../wire/aws-error.js';
import type { ServiceParts } from './service-module.js';

/** The errors of a service. */
export interface Refusals {
  denied(message: string): AwsError;
  throttled(): AwsError;
  failed(): AwsError;
}

/** @throws AwsError a denial, and what a fault switch asks for */
export function ask(
  { authorize, faults }: Pick<ServiceParts, 'authorize' | 'faults'>,
  asked: AuthorizationRequest,
  refusals: Refusals,
): void {
  const { action, resource } = asked;
  const { allowed, message = denialMessage(asked) } = authorize(asked);
  if (!allowed) throw refusals.denied(message);
  const fault = faults?.({ service: action.slice(0, action.indexOf(':')), action, resource });
  if (fault === 'throttle') throw refusals.throttled();
  if (fault === 'fail') throw refusals.failed();
}
