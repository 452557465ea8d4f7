/** The client under React: options for TanStack Query, which is not in the bundle unless you use it, and hooks for what comes over the socket. */

// For applications.
export { infiniteQueryOptions } from './infinite-query-options.js';
export { mutationOptions } from './mutation-options.js';
export { type EventPatch, type PatchOptions, patchOn } from './patch-on.js';
// For libraries built on it.
export type { RoomChange, RoomView } from './presence-stay.js';
export { type GatewayMutationKey, type GatewayQueryKey, infiniteQueryKey, mutationKey, pathKey, queryKey } from './query-key.js';
export { queryOptions } from './query-options.js';
export type { CursorOf, OwnCallOptions, PagedInput, QueryFailure } from './query-types.js';
export { useConnection } from './use-connection.js';
export { type RoomProcedures, usePresence } from './use-presence.js';
export { type SubscriptionView, type UseSubscriptionOptions, useSubscription } from './use-subscription.js';
