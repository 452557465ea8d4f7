/**
 * The chat service: what it uses. Data only, read by infra for permissions.
 */

import { chat } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';
import { Lobby } from './resources.js';

export const chatService = defineService(chat, {
  claims: Claims,
  uses: { here: Lobby.allow('join', 'leave', 'list', 'find', 'self') },
});
