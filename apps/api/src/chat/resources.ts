/** Who is in the rooms. */

import { presence } from '@org/gateway-server/service';
import * as z from 'zod';

export const Lobby = presence('Lobby', { member: () => z.object({ name: z.string() }), announces: 'presence' });
