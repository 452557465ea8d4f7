/**
 * The system service's configuration. `AWS_REGION` is set by Lambda itself: AWS Lambda developer guide, "Defined runtime environment
 * variables".
 */

import * as z from 'zod';

const Env = () => z.object({ AWS_REGION: z.string().min(1) });

/** @throws Error that names everything that is missing. */
export function readSystemEnv(source: Readonly<Record<string, string | undefined>> = process.env): { readonly region: string } {
  const result = Env().safeParse(source);
  if (result.success) return { region: result.data.AWS_REGION };
  const missing = result.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`[ENV] the system service needs ${missing}; Lambda sets it, a test passes it`);
}
