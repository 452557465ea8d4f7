/**
 * ARNs as policies compare them: six parts between colons, wildcards inside a part only; the last part is all the rest.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
import { type Glob, matchesGlob } from './glob.js';

/** The six parts of an ARN, `undefined` for a text that is none. */
export function arnParts(text: string): readonly string[] | undefined {
  const parts = text.split(':');
  return parts.length < 6 || parts[0] !== 'arn' ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** The account in an ARN, `undefined` where there is none: buckets, or no ARN. */
export function accountOf(arn: string): string | undefined {
  return arnParts(arn)?.[4] || undefined;
}

const COLON = 58;

/** The parts of an ARN pattern, `undefined` for a pattern that has not six: it matches no ARN. */
export function splitGlob(glob: Glob): readonly Glob[] | undefined {
  const parts: number[][] = [[]];
  for (const unit of glob) {
    if (unit === COLON && parts.length < 6) parts.push([]);
    else parts.at(-1)!.push(unit);
  }
  return parts.length === 6 ? parts : undefined;
}

/** Whether an ARN fits a pattern, part by part. */
export function matchesArn(pattern: readonly Glob[] | undefined, arn: readonly string[] | undefined): boolean {
  return pattern !== undefined && arn !== undefined && pattern.every((part, index) => matchesGlob(part, arn[index] ?? ''));
}
