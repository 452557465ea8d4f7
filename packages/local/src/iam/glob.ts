/**
 * Texts with the wildcards of IAM: `*` is any number of characters, none included, `?` exactly one. Matching takes time in proportion to
 * the product of both lengths at worst, whatever the pattern: nothing is tried more than once.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */

/** A compiled pattern: UTF-16 code units, and the two wildcards as negative numbers. */
export type Glob = readonly number[];

const ANY = -1;
const ONE = -2;
const STAR = 42;
const QUESTION_MARK = 63;

/** A pattern with wildcards. */
export function compileGlob(pattern: string): Glob {
  return literalGlob(pattern).map((unit) => (unit === STAR ? ANY : unit === QUESTION_MARK ? ONE : unit));
}

/** A pattern that means its characters as they are: the value of a policy variable. */
export function literalGlob(text: string): Glob {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/** Whether the whole text fits. */
export function matchesGlob(glob: Glob, text: string): boolean {
  let at = 0;
  let position = 0;
  // Where to go on when a later part does not fit: behind the last star, one character further each time.
  let afterStar = -1;
  let retryAt = 0;
  while (position < text.length) {
    const wanted = glob[at];
    if (wanted === ANY) {
      at += 1;
      afterStar = at;
      retryAt = position;
    } else if (wanted === ONE || wanted === text.charCodeAt(position)) {
      at += 1;
      position += 1;
    } else if (afterStar >= 0) {
      retryAt += 1;
      position = retryAt;
      at = afterStar;
    } else return false;
  }
  while (glob[at] === ANY) at += 1;
  return at === glob.length;
}
