import type { DeadLetterHour } from '../../operations/dead-letters';
import { printable, type Style } from './text';

const WIDTH = 40;

/** A block per topic and code, the largest first; a bar per hour, oldest first. limit: how many bars were asked for. */
export function renderHours(hours: readonly DeadLetterHour[], style: Style, limit: number): string[] {
  if (hours.length === 0) return ['no dead letters'];
  const groups = new Map<string, DeadLetterHour[]>();
  for (const hour of hours) {
    const name = `${printable(hour.topic)} ${style.red(hour.code)}`;
    groups.set(name, [hour, ...(groups.get(name) ?? [])]);
  }
  const most = Math.max(0, ...hours.map((hour) => hour.count));
  const cut = hours.length < limit ? [] : [`${String(limit)} bars, the newest; there may be more: --limit, --since`];
  const blocks = [...groups]
    .map(([name, group]) => ({ name, group, total: group.reduce((sum, hour) => sum + hour.count, 0) }))
    .sort((left, right) => right.total - left.total)
    .flatMap(({ name, group, total }) => [
      `${name} ${style.bold(String(total))}`,
      ...group.map((hour) => bar(hour, most)),
    ]);
  return [...blocks, ...cut];
}

/** At least one mark: an hour with one letter is not an hour without. */
function bar({ hour, count }: DeadLetterHour, most: number): string {
  const marks = '#'.repeat(Math.max(1, Math.round((count / most) * WIDTH)));
  return `  ${hour.slice(0, 16).replace('T', ' ')}Z  ${marks} ${String(count)}`;
}
