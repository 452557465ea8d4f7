/** What a text can be about. The order is that of the rows in `weights.json`; a change needs a new training. */

/** The labels, by the part of a JavaScript project that a package is for. */
export const labels = ['build', 'cloud', 'data', 'database', 'language', 'runtime', 'security', 'testing', 'text', 'web'] as const;

export type Label = (typeof labels)[number];
