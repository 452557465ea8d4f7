/**
 * The path of a connection, as it is sent and as it is signed. A connection id is base64 (`L0SM9cOFvHcCIhw=`) and a segment of the path,
 * so it is encoded; the canonical path has every segment encoded once more, `@` too. The canonical string that AWS itself expected was
 * `/dev/%2540connections/asnFYeJtCGYCEZQ%253D` for a request to `/dev/%40connections/asnFYeJtCGYCEZQ%3D`
 * (https://github.com/badslug/Paw-AWSSignature4DynamicValue/issues/23).
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 */

import { SendError } from '../sender.js';

export interface ConnectionPath {
  readonly path: string;
  readonly canonicalPath: string;
}

/** Paths under an endpoint's own, which is the stage's: `/prod`, or empty. Throws SendError `refused` for what cannot be an id. */
export function connectionPaths(stagePath: string): (connectionId: string) => ConnectionPath {
  const stage = stagePath.replace(/\/+$/, '');
  const sent = `${stage}/@connections/`;
  const canonical = `${stage.split('/').map(encodeSegment).join('/')}/%40connections/`;
  return (connectionId) => {
    // A dot segment would be resolved on the way, and then it is another resource.
    if (/^\.{0,2}$/.test(connectionId)) {
      throw new SendError('refused', `got the connection id ${JSON.stringify(connectionId)}, expected one of API Gateway's`);
    }
    const id = encodeSegment(connectionId);
    return { path: sent + id, canonicalPath: canonical + id.replaceAll('%', '%25') };
  };
}

/** RFC 3986: everything but letters, digits and `-._~`. Most ids need no more than the end of their base64. */
function encodeSegment(segment: string): string {
  if (/^[\w-]+=*$/.test(segment)) return segment.replaceAll('=', '%3D');
  return encodeURIComponent(segment).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
