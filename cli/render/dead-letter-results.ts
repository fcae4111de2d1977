import type { Corrected } from '../../operations/dead-letters-correct';
import type { DiscardResult } from '../../operations/dead-letters-discard';
import type { RedriveResult } from '../../operations/dead-letters-redrive';
import { printable, type Style } from './text';

/** What happened, and what would. */
const REDRIVEN: Record<RedriveResult['outcome'], readonly [string, string]> = {
  new: ['went in', 'would go in'],
  reopened: ['its fact is open again', 'its fact would be open again'],
  duplicate: ['its event had come before; nothing to apply', 'its event has come before; nothing to apply'],
  own: ['our own event, dropped', 'our own event, would be dropped'],
  already: ['was redriven before; nothing was done', 'was redriven before; nothing would be done'],
  dead: ['still dead', 'would still be dead'],
  refused: ['left alone', 'would be left alone'],
  missing: ['there is no such dead letter', 'there is no such dead letter'],
};

export function renderRedriven(result: RedriveResult, style: Style): string[] {
  const { id, outcome, code, reason, contentId, dryRun } = result;
  const paint = outcome === 'dead' || outcome === 'refused' || outcome === 'missing' ? style.red : style.green;
  const parts = [
    style.bold(printable(id)),
    paint(REDRIVEN[outcome][dryRun ? 1 : 0]),
    ...(code === null ? [] : [code]),
    ...(contentId === null ? [] : [printable(contentId)]),
    ...(reason === null ? [] : [style.dim(printable(reason))]),
  ];
  return [parts.join('  ')];
}

const DISCARDED: Record<DiscardResult['outcome'], readonly [string, string]> = {
  discarded: ['discarded', 'would be discarded'],
  already: ['was discarded before', 'was discarded before'],
  refused: ['was redriven; left alone', 'was redriven; would be left alone'],
  missing: ['there is no such dead letter', 'there is no such dead letter'],
};

export const renderDiscarded = ({ id, outcome, contentId, dryRun }: DiscardResult, style: Style): string[] => [
  [
    style.bold(printable(id)),
    DISCARDED[outcome][dryRun ? 1 : 0],
    ...(contentId === null ? [] : [printable(contentId)]),
  ].join('  '),
];

export const renderCorrected = ({ id, contentId, sha256 }: Corrected, { bold }: Style): string[] => [
  `${bold(id)} has corrected bytes${contentId === null ? '' : ` about ${printable(contentId)}`} (sha256 ${sha256})`,
  `next: reelway dlq redrive ${id}`,
];
