import { isVisible, type Activity, type Content, type Facts, type Run, type Violation } from './types';

const UNDONE = ['CANCELLED', 'FAILED'];

/** 5. No half visibility after cancel or failure, and compensation in reverse order. */
export const halfVisible = (facts: Facts): Violation[] => [
  ...facts.contents.flatMap((content) => [...undone(facts, content), ...wholeWhereVisible(facts, content)]),
  ...facts.runs.flatMap(inReverse),
];

const violation = (contentId: string, what: string): Violation => ({ invariant: 5, contentId, what });

function undone(facts: Facts, content: Content): Violation[] {
  const { contentId, status, generation } = content;
  if (!UNDONE.includes(status)) return [];
  const left = facts.outputs.filter(
    (output) => output.contentId === contentId && output.generation === generation && !output.removed,
  );
  const told = facts.milestones.some(
    (row) => row.contentId === contentId && row.generation === generation && row.topic === 'media.published',
  );
  return [
    ...(isVisible(content) ? [violation(contentId, `${status}, and ${content.visibility}`)] : []),
    ...(told ? [violation(contentId, `${status}, and told as published`)] : []),
    ...left.map(({ stage, variant }) =>
      violation(contentId, `${status}, and output ${stage} ${variant} is still recorded`),
    ),
  ];
}

function wholeWhereVisible(facts: Facts, content: Content): Violation[] {
  if (!isVisible(content)) return [];
  const present = new Set(facts.objects);
  const missing = facts.outputs
    .filter((output) => output.contentId === content.contentId && !output.removed)
    .flatMap((output) => output.keys.filter((key) => !present.has(key)));
  return [
    ...(content.hls === null || content.dash === null
      ? [violation(content.contentId, 'visible without manifests')]
      : []),
    ...missing.map((key) => violation(content.contentId, `visible, and ${key} is gone`)),
  ];
}

/** What each stage did first, and what undoes it. */
const DOES: Record<string, string> = {
  transcodeRendition: 'transcode',
  packageContent: 'package',
  publishContent: 'publish',
};
const undoes = ({ name, stage }: Activity): string | null =>
  name === 'withdrawContent' ? 'publish' : name === 'removeOutputs' ? stage : null;

function inReverse({ contentId, activities }: Run): Violation[] {
  const done = [...new Set(activities.flatMap(({ name }) => DOES[name] ?? []))];
  const taken = [...new Set(activities.flatMap((activity) => undoes(activity) ?? []))];
  const wanted = [...done].reverse().filter((stage) => taken.includes(stage));
  const inOrder = taken.filter((stage) => done.includes(stage));
  if (inOrder.join() === wanted.join()) return [];
  return [violation(contentId, `done as ${done.join(', ')}, undone as ${inOrder.join(', ')}`)];
}
