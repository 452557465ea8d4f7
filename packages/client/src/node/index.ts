/** What makes the client quicker in Node, and who calls with an AWS identity. Not for browsers. */

// For applications.
export { type NodeFetch, type NodeFetchOptions, nodeFetch } from './node-fetch.js';
export { type AwsCredentials, type SignedFetchOptions, signedFetch } from './signed-fetch.js';
