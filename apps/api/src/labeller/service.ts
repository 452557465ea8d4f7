/**
 * Has the model read every document that changes.
 */

import { inference } from '@org/gateway-contract';
import { defineWorker } from '@org/gateway-server/service';
import { Bodies, Documents } from '../documents/resources.js';
import { DocumentEvents } from '../events/resources.js';
import { Classifier, Labels } from '../inference/resources.js';

export const labellerWorker = defineWorker('labeller', {
  source: DocumentEvents.on('changed'),
  uses: {
    documents: Documents.allow('get'),
    bodies: Bodies.allow('get'),
    classifier: Classifier.allow('invoke'),
    labels: Labels.allow('get', 'put', 'delete'),
  },
  announces: inference,
});
