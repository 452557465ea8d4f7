/**
 * The form of `GATEWAY_IDENTITY`: the stage's `identity` setting as JSON. Read when a function starts, with everything that is wrong in one
 * message.
 */

import * as z from 'zod';
import { type IdentitySettings, identitySchema } from '../service/identity.js';

/** Schema of the variable's text. */
export function identityVariable(): z.ZodType<IdentitySettings, string> {
  return z.string().transform((text, issues): IdentitySettings => {
    const result = identitySchema().safeParse(parsed(text));
    if (result.success) return result.data;
    const wrong = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
    issues.addIssue({ code: 'custom', message: `expected JSON {"issuer":…,"audience":…}: ${wrong.join(', ')}` });
    return z.NEVER;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
