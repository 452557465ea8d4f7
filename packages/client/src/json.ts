/**
 * Texts that came from outside.
 */

/** What a text says as JSON; `undefined` for what is no JSON. */
export function readJson(text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {}
}
