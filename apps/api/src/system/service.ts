/**
 * The system service: it uses nothing but itself.
 */

import { system } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';

export const systemService = defineService(system, { claims: Claims, uses: {}, memoryMb: 256 });
