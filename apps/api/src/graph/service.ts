/**
 * The graph service: what it uses. Deployed only where the stage's settings have a GraphQL API.
 */

import { graph } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';
import { Library } from './resources.js';

export const graphService = defineService(graph, { claims: Claims, uses: { library: Library.allow('documents', 'document') } });
