/**
 * Lists of tuples that came from outside.
 */

/** The arrays in what should be a list of arrays. */
export const list = (value: unknown): readonly (readonly unknown[])[] => (Array.isArray(value) ? value.filter(Array.isArray) : []);
