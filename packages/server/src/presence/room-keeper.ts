/**
 * The socket function's part in rooms: it notices that a connection is still there, or gone, and tells the services that have it in their
 * rooms. They write and publish; here rows are only read. Nobody waits for them, and neither does it matter when they cannot be told: the
 * lease runs out.
 */

import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../websocket/clock.js';
import type { RoomEvent } from './room-event.js';
import type { HeldPlace } from './room-rows.js';
import type { Rooms } from './rooms.js';

/** The next sync comes soon. */
const RENEWED_WITHIN_MS = 2_000;

/** Neither operation rejects. */
export interface RoomKeeper {
  /** The connection has given a sign of life. */
  renew(connectionId: string): Promise<void>;
  /** It is closed. */
  leave(connectionId: string): Promise<void>;
}

/** What it is made of. */
export interface RoomKeeperParts {
  readonly rooms: Pick<Rooms, 'placesOf'>;
  /** Leaves an event with the function of a service, and does not wait for what becomes of it. */
  readonly tell: (service: string, event: RoomEvent) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tells services of connections. */
export function createRoomKeeper({ rooms, tell, clock, log }: RoomKeeperParts): RoomKeeper {
  const tellAll = async (what: RoomEvent['gatewayRooms']['what'], places: readonly HeldPlace[]) => {
    const services = new Set(places.map(({ service }) => service));
    await Promise.all(
      [...services].map((service) =>
        tell(service, { gatewayRooms: { what, places: places.filter((place) => place.service === service) } }),
      ),
    );
  };
  const safely = async (what: RoomEvent['gatewayRooms']['what'], connectionId: string, isDue: (place: HeldPlace) => boolean) => {
    try {
      await tellAll(what, (await rooms.placesOf(connectionId)).filter(isDue));
    } catch (cause) {
      log.warn('a service cannot be told of its rooms, their leases run out', { what, connectionId, cause });
    }
  };
  /** A client waits 5 s for the answer to its sync, which is the sign of life. */
  const inTime = async (task: Promise<void>) => {
    const done = new AbortController();
    await Promise.race([task, clock.sleep(RENEWED_WITHIN_MS, done.signal)]);
    done.abort();
  };
  return {
    // In the second half of a lease: most syncs write nothing.
    renew: (connectionId) => inTime(safely('renew', connectionId, ({ untilMs, leaseMs }) => untilMs - clock.now() < leaseMs / 2)),
    leave: (connectionId) => safely('leave', connectionId, () => true),
  };
}
