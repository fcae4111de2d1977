import { isVisible, type Content, type Facts, type Violation } from './types';

/** The decision that each visibility needs. */
const NEEDED: Record<string, string> = { PUBLISHED: 'APPROVED', AGE_GATED: 'AGE_GATED' };

/** 3. Nothing is visible with an open flag or without a recorded decision that allows it. */
export const gate = (facts: Facts): Violation[] => [
  ...facts.contents.flatMap((content) => [...countedFlags(facts, content), ...visibleByRight(facts, content)]),
  ...publishedByRight(facts),
];

const violation = (contentId: string, what: string): Violation => ({ invariant: 3, contentId, what });

function countedFlags(facts: Facts, { contentId, openFlags }: Content): Violation[] {
  const open = facts.flags.filter((flag) => flag.contentId === contentId && flag.clearedBy === null).length;
  // A flag that came before the upload waits in its table until the start counts it.
  const counts = facts.contents.some((content) => content.contentId === contentId && content.phase !== 'draft');
  if (!counts || open === openFlags) return [];
  return [violation(contentId, `${String(open)} flags are open, ${String(openFlags)} are counted`)];
}

function visibleByRight(facts: Facts, content: Content): Violation[] {
  if (!isVisible(content)) return [];
  const { contentId, visibility, decisionId, openFlags, removed } = content;
  const found = facts.decisions.find((one) => one.decisionId === decisionId && one.contentId === contentId);
  const problems = [
    openFlags > 0 && !isToldOnly(facts, contentId) && `${visibility} with ${String(openFlags)} open flags`,
    removed && `${visibility}, and removed`,
    found === undefined && `${visibility} without a recorded decision`,
    found !== undefined && found.decision !== NEEDED[visibility] && `${visibility} by the decision ${found.decision}`,
  ];
  return problems.filter((problem) => problem !== false).map((what) => violation(contentId, what));
}

/** By configuration a flag on visible content asks for attention only. */
const isToldOnly = (facts: Facts, contentId: string): boolean =>
  facts.audit.some((row) => row.contentId === contentId && row.verb === 'attention');

function publishedByRight(facts: Facts): Violation[] {
  const decided = new Set(facts.decisions.map((one) => one.contentId));
  return facts.milestones
    .filter((row) => row.topic === 'media.published' && !decided.has(row.contentId))
    .map((row) => violation(row.contentId, 'media.published was told, and nothing was ever decided'));
}
