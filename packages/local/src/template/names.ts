/**
 * Names and ids that CloudFormation would make up, made from the stack and the logical id instead of by chance: the same assembly gets
 * the same table and bucket names after every restart, so the data folder keeps its meaning.
 */
import { createHash } from 'node:crypto';

/**
 * `STACK-LOGICALID`, cut to the limit of the resource type with a hash at the end so that two long names stay different.
 * @param maxLength in characters
 */
export function generatedName(stack: string, logicalId: string, maxLength: number): string {
  const name = `${stack}-${logicalId}`;
  if (name.length <= maxLength) return name;
  return `${name.slice(0, maxLength - 9)}-${generatedId(stack, logicalId, 8)}`;
}

/** An id of the alphabet that API Gateway uses: lower-case letters and digits, the first a letter. */
export function generatedId(stack: string, logicalId: string, length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const hash = createHash('sha256').update(`${stack}/${logicalId}`).digest();
  const letters = [...hash.subarray(0, length)].map((byte, index) => alphabet[byte % (index === 0 ? 26 : 36)]);
  return letters.join('');
}

/** A version-4-shaped UUID made from the names. */
export function generatedUuid(stack: string, logicalId: string): string {
  const hex = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
