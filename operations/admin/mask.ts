import type { AuditLine } from '../audit';
import type { Explanation } from '../explain';
import type { ContentGlance } from '../glance';
import type { ShownContent } from '../show';
import { MASK } from './operation';

/** Object keys are relative paths, also where a failure quotes one. */
const KEY = /[^\s"'(),;]*\/[^\s"'(),;]*/g;

const maskedText = <T extends string | null>(text: T): T => (text === null ? text : (text.replace(KEY, MASK) as T));

const maskedMessages = <T extends { message: string | null }>(all: readonly T[]): T[] =>
  all.map((one) => ({ ...one, message: maskedText(one.message) }));

/** For everybody but admins: without what says where the bytes are. */
export const maskedGlance = <T extends ContentGlance>(content: T): T => ({
  ...content,
  stages: maskedMessages(content.stages),
  renditions: maskedMessages(content.renditions),
  run: {
    ...content.run,
    activities: content.run.activities.map(({ lastFailure, ...one }) => ({
      ...one,
      lastFailure: lastFailure && { ...lastFailure, message: maskedText(lastFailure.message) },
    })),
  },
  ...('manifests' in content && { manifests: maskedManifests(content.manifests as ShownContent['manifests']) }),
});

const maskedManifests = (manifests: ShownContent['manifests']): ShownContent['manifests'] =>
  manifests && { ...manifests, hls: MASK, dash: MASK };

export const maskedContent = (content: ShownContent): ShownContent => ({
  ...maskedGlance(content),
  outputs: content.outputs.map((output) => ({ ...output, keys: output.keys.map(() => MASK) })),
});

export const maskedExplanation = (explained: Explanation): Explanation => ({
  ...explained,
  problem: explained.problem && { ...explained.problem, message: maskedText(explained.problem.message) },
  waitsFor: explained.waitsFor.map(maskedText),
});

export const maskedAudit = (rows: AuditLine[]): AuditLine[] =>
  rows.map(({ args, ...row }) => ({ ...row, args: Object.fromEntries(Object.entries(args).map(maskedArg)) }));

const maskedArg = ([name, value]: [string, AuditLine['args'][string]]): [string, AuditLine['args'][string]] => [
  name,
  name === 'rawKey' ? MASK : typeof value === 'string' ? maskedText(value) : value,
];
