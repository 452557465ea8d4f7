/**
 * The numbers of calls over HTTP that are not the wire's, in a file of their own because bundlers write a constant of another file in its
 * place.
 */

/** Characters of a batch's body. A larger call travels alone, so that no batch is too large for a Lambda when its calls are not. */
export const MAX_BODY_LENGTH = 1_000_000;

/** What a call that may wait for ever says: a day. PROTOCOL.md P2.13. */
export const MAX_DEADLINE_MS = 86_400_000;
