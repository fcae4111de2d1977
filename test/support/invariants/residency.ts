import { RESIDENCIES } from '../../../contracts/model/status';
import { NOTICE_TOPIC } from '../../../platform/events/notices';
import { OUR_SOURCE } from '../../../contracts/model/ids';
import { mediaQueueOf } from '../../../contracts/model/work';
import type { Facts, Violation } from './types';

interface Place {
  contentId: string;
  residency: string;
}

/** 7. What is of one residency stays there (NG above all): in keys, events, temporary files and task queues. */
export function residency(facts: Facts): Violation[] {
  const places = facts.contents.flatMap(({ contentId, residency: of }) =>
    of === null ? [] : [{ contentId, residency: of }],
  );
  return places.flatMap((place) => [
    ...objects(facts, place),
    ...temp(facts, place),
    ...events(facts, place),
    ...queues(facts, place),
  ]);
}

const violation = (contentId: string, what: string): Violation => ({ invariant: 7, contentId, what });
const RAW = 'raw';

function objects(facts: Facts, { contentId, residency: of }: Place): Violation[] {
  const keys = [
    ...facts.objects,
    ...facts.outputs.filter((output) => output.contentId === contentId).flatMap((output) => output.keys),
  ].filter((key) => key.split('/').includes(contentId));
  return [...new Set(keys)]
    .filter((key) => ![of, RAW].includes(key.split('/')[0] ?? ''))
    .map((key) => violation(contentId, `object ${key}, of ${of}`));
}

const temp = (facts: Facts, { contentId, residency: of }: Place): Violation[] =>
  facts.temp
    .filter((path) => path.includes(plain(contentId)) && path.split('/')[0] !== of)
    .map((path) => violation(contentId, `temporary ${path}, of ${of}`));

/** As attempts name their folders after a content. */
const plain = (contentId: string): string => `content_${contentId.replace(/[^A-Za-z0-9._-]/g, '_')}-`;

/** Every path below another residency in what we told of it. */
function events(facts: Facts, { contentId, residency: of }: Place): Violation[] {
  const foreign = RESIDENCIES.filter((one) => one !== of).flatMap((one) => [
    `"${one}/${contentId}/`,
    `"/${one}/${contentId}/`,
  ]);
  return facts.wire
    .filter((record) => record.topic === NOTICE_TOPIC && record.headers['content-id'] === contentId)
    .filter((record) => record.headers['residency'] !== of)
    .map((record) => violation(contentId, `notice ${String(record.offset)} does not say that it is of ${of}`))
    .concat(placesTold(facts, contentId, of, foreign));
}

function placesTold(facts: Facts, contentId: string, of: string, foreign: string[]): Violation[] {
  return facts.wire
    .filter((record) => record.source === OUR_SOURCE && foreign.some((text) => record.value.includes(text)))
    .map((record) => violation(contentId, `${record.topic} ${String(record.offset)} tells of a place outside ${of}`));
}

function queues(facts: Facts, { contentId, residency: of }: Place): Violation[] {
  const others = RESIDENCIES.filter((one) => one !== of).map(mediaQueueOf);
  return facts.runs
    .filter((run) => run.contentId === contentId)
    .flatMap((run) => run.activities.filter((activity) => others.includes(activity.queue)))
    .map((activity) => violation(contentId, `${activity.name} was given to ${activity.queue}`));
}
