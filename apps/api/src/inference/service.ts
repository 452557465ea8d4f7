/**
 * The inference service: what it uses. Data only, read by infra for permissions.
 */

import { inference } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';
import { Classifier, Labels } from './resources.js';

export const inferenceService = defineService(inference, {
  claims: Claims,
  uses: {
    classifier: Classifier.allow('invoke', 'invokeStream'),
    labels: Labels.allow('get', 'batchGet'),
  },
});
