/**
 * A service hears of its connections: renews their leases, or gives them up, and takes out of their rooms who has crashed. Doing it again
 * changes nothing, so Lambda may repeat it.
 */

import type { Uses } from '../service/define-service.js';
import { isPresenceGrant } from '../service/presence.js';
import { announcer, type PresenceParts } from './presence-client.js';
import type { RoomEvent } from './room-event.js';

/** Rejects when the table is throttled: Lambda calls again. */
export async function handleRooms(
  parts: PresenceParts,
  uses: Uses,
  { gatewayRooms: { what, places } }: RoomEvent,
): Promise<{ statusCode: 200 }> {
  const grants = new Map(
    Object.values(uses)
      .filter(isPresenceGrant)
      .map((grant) => [grant.resource.name, grant]),
  );
  for (const place of places) {
    const grant = grants.get(place.name);
    // One that an earlier deployment had.
    if (!grant) continue;
    const announce = announcer(parts, grant, place.room);
    await (what === 'renew' ? parts.rooms.renew(place) : parts.rooms.release(place, announce));
    if (what === 'renew') await parts.rooms.reap(place, announce);
  }
  return { statusCode: 200 };
}
