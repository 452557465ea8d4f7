/** Key of the one topic of `activity`. */
export const EVERYTHING = 'all';
