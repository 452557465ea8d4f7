/**
 * How deep a JSON text is nested. `JSON.parse` takes any depth, but what is done with the value later goes down level by level, and a frame of 32 KB
 * has room for more levels than a stack has.
 */

/** Levels of a message's or a body's arrays and objects. */
export const MAX_DEPTH = 500;

const [QUOTE, BACKSLASH] = [34, 92];
const OPENING = new Set([91, 123]);
const CLOSING = new Set([93, 125]);

/** Whether arrays and objects of a text that is JSON lie in each other more than so many deep. */
export function isNestedDeeper(json: string, levels: number): boolean {
  // Each level takes two characters.
  if (json.length <= 2 * levels) return false;
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (isInText) at += code === BACKSLASH ? 1 : 0;
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
