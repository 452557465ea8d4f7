/** Where the domains of a stage answer: below a path of its AWS endpoint that cannot be a bucket's. */

const PREFIX = '/_opensearch/';

/** A request's path: the domain's name, and what is asked of it, which is empty or starts with `/`. */
export const domainPath = /^\/_opensearch\/([a-z][a-z0-9-]{2,27})(\/.*)?$/;

/** The URL of a domain, for the `node` of a client. */
export function domainUrl(awsUrl: string, name: string): string {
  return `${awsUrl}${PREFIX}${name}`;
}
