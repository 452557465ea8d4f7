/**
 * What the socket function tells a service: its connections are still there, or are gone. Only functions with `lambda:InvokeFunction` reach
 * a service's function besides API Gateway, none of whose events has a field `gatewayRooms`, so what it says is believed.
 */

import type { HeldPlace } from './room-rows.js';

export interface RoomEvent {
  readonly gatewayRooms: {
    readonly what: 'renew' | 'leave';
    readonly places: readonly HeldPlace[];
  };
}

/** Whether an event of the function is one. */
export function isRoomEvent(event: object): event is RoomEvent {
  return Object.hasOwn(event, 'gatewayRooms');
}
