/** The route in the URL's hash, and how to change it. */

import { useSyncExternalStore } from 'react';
import { type HashRoute, readHash, writeHash } from '../model/hash-route.js';

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The present route. */
export function useHashRoute(): HashRoute {
  return readHash(useSyncExternalStore(subscribe, () => window.location.hash));
}

/** Opens another route; the back button returns. */
export function goTo(route: HashRoute): void {
  window.location.hash = writeHash(route);
}
