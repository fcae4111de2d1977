/** Limits of a content record; what is published repeats them. Lengths in UTF-16 units. */
export const MAX_TITLE_LENGTH = 300;
export const MAX_DESCRIPTION_LENGTH = 10_000;
export const MAX_CATEGORIES = 50;
export const MAX_CATEGORY_LENGTH = 100;
export const MAX_TAGS = 100;
export const MAX_TAG_LENGTH = 100;

/** Of a person's command: long enough for a story, short enough for a history event. */
export const MAX_COMMAND_REASON = 2_000;

/** Kafka's own default limit of a batch; whatever is larger was let in by a changed topic. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Our deepest message has six levels; fields we ignore may have more. A parser and stringify survive this many. */
export const MAX_JSON_DEPTH = 64;
