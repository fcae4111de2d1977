import type { Facts, Violation } from './types';

/** Folders of residencies may stay, empty. */
const EMPTY_RESIDENCY = /^(GLOBAL|NG)\/$/;
/** The uploader's own place. */
const RAW = 'raw/';

/** 10. No child process, temporary folder or unrecorded object outlives its attempt. */
export function leftovers(facts: Facts): Violation[] {
  const atWork = facts.runs
    .filter((run) => run.status === 'RUNNING' && run.activities.some((activity) => activity.endedAt === null))
    .map((run) => run.contentId);
  // Whether files and children of an attempt that is under way are its own, its end will show.
  const isOfAttempt = (path: string): boolean => atWork.some((contentId) => path.includes(contentId));
  return [
    ...facts.temp
      .filter((path) => !EMPTY_RESIDENCY.test(path) && !isOfAttempt(path))
      .map((path) => violation(`temporary ${path}`)),
    ...facts.processes
      .filter(({ isTool, command }) => isTool && !isOfAttempt(command))
      .map(({ command }) => violation(`process ${command}`)),
    ...unrecorded(facts)
      .filter((key) => !isOfAttempt(key))
      .map((key) => violation(`object ${key} is in no record`)),
  ];
}

const violation = (what: string): Violation => ({ invariant: 10, what });

function unrecorded({ objects, outputs, contents, rawKeys }: Facts): string[] {
  const recorded = new Set([
    ...rawKeys,
    ...outputs.filter((output) => !output.removed).flatMap((output) => output.keys),
  ]);
  // Outside its residency an object is told as that.
  const isMisplaced = (key: string): boolean =>
    contents.some(
      ({ contentId, residency }) => key.split('/').includes(contentId) && !key.startsWith(`${residency ?? ''}/`),
    );
  return objects.filter((key) => !key.endsWith('/') && !key.startsWith(RAW) && !recorded.has(key) && !isMisplaced(key));
}
