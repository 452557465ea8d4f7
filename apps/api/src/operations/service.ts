/**
 * The operations service: for AWS identities that may call it (`OperationsCallersRole` of the stack), who may end sign-ins. Data only, read by
 * infra for permissions.
 */

import { operations } from '@org/gateway-contract';
import { defineService, sessions } from '@org/gateway-server/service';

export const operationsService = defineService(operations, {
  auth: 'iam',
  uses: { sessions: sessions.allow('revoke') },
  memoryMb: 256,
});
