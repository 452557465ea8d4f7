/** Classifies texts: see the README. */
export {};
