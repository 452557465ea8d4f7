/** Lists that come in pages, as one loop. A part of its own: who does not page does not load it. */

// For libraries built on it.
export type { Paged, PagedQuery, Pages } from './pages.js';
// For applications.
export { type PageOptions, pages } from './pages.js';
