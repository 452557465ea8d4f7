/**
 * The system service: it uses nothing but itself.
 */

import { system } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';

export const systemService = defineService(system, { uses: {}, memoryMb: 256 });
