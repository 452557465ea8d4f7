/** Snapshot, then events: a query that tells a state with its position, and the subscription that goes on from there. */

// For applications.
export { type Followed, type FollowOptions, follow } from './follow.js';
