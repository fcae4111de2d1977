/** 1 to 128 of [A-Za-z0-9._:-], not starting with a dot. */
export const CONTENT_ID = /^(?!\.)[A-Za-z0-9._:-]{1,128}$/;

/** In either case, without a flag: JSON Schema, which is made from it, has none. */
export const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** The name under which we appear as `source_service` in what we send. */
export const OUR_SOURCE = 'reelway';

/** The one place that knows how a run is named. */
export const workflowIdOf = (contentId: string): string => `content:${contentId}`;

/** The run that tells subscribers of a content. */
export const fanOutIdOf = (contentId: string): string => `fanout:${contentId}`;

export const contentIdOf = (workflowId: string): string => workflowId.replace(/^content:/, '');

/** A content id may hold "..", an object key may not. */
const inKeys = (contentId: string): string => contentId.replaceAll('..', '.%2E');

/** Everything we write for one content lies below this prefix (no trailing slash). */
export const contentPrefix = (of: { residency: string; contentId: string }): string =>
  `${of.residency}/${inKeys(of.contentId)}`;

/** Everything we write for one upload lies below this prefix (no trailing slash). */
export const outputPrefix = (at: {
  residency: string;
  contentId: string;
  generation: number;
  revision: number;
}): string => `${contentPrefix(at)}/g${String(at.generation)}/r${String(at.revision)}`;
