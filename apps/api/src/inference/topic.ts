/** Key of the topic of `labelled` with every document; no document can have this id. */
export const EVERY_DOCUMENT = '*';
