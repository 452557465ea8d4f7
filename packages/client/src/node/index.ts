/** What makes the client quicker in Node. Not for browsers. */

// For applications.
export { type NodeFetch, type NodeFetchOptions, nodeFetch } from './node-fetch.js';
