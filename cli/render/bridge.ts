import type { BridgeStatus } from '../../operations/bridge';
import { printable, table, type Style } from './text';
import { ago, duration } from './time';

/** What waits for a person first, then the figures, then only the partitions where something is to be seen. */
export function renderBridge(status: BridgeStatus, now: number, style: Style): string[] {
  const { inbox, outbound, partitions, paused } = status;
  const { late, duplicate, reused, outdated } = status.withoutEffect;
  const shown = partitions.filter((one) => one.lag > 0 || one.notice !== null);
  const oldest = (at: string | null): string => (at === null ? '' : `, oldest ${ago(at, now)}`);
  return [
    `group    ${printable(status.group)}, ${String(status.lag)} records behind`,
    `counted  ${printable(status.projector.group)}, ${String(status.projector.lag)} records behind`,
    `inbox    ${String(inbox.open)} open${oldest(inbox.oldestOpen)}; ${String(inbox.parked)} parked${oldest(inbox.oldestParked)}`,
    `out      ${String(outbound.unsent)} unsent${oldest(outbound.oldestUnsent)}`,
    `no use   ${String(late)} late, ${String(duplicate)} duplicate, ${String(reused)} with a reused id, ${String(outdated)} outdated updates`,
    `dead     ${String(inbox.dead)} letters`,
    ...paused.flatMap(({ scope, code, reason, since }) => [
      `${style.red('paused')}   ${scope} since ${ago(since, now)}: ${code}, ${printable(reason)}`,
      `         next: reelway bridge resume ${scope} --reason "…"`,
    ]),
    ...(shown.length === 0 ? [] : ['', ...partitionTable(shown, now, style)]),
  ];
}

const partitionTable = (partitions: BridgeStatus['partitions'], now: number, style: Style): string[] =>
  table(
    ['TOPIC', 'PARTITION', 'LAG', 'AT MOST', 'COMMITTED', 'END', 'NOTICE'],
    partitions.map(({ topic, partition, lag, lagSeconds, committed, end, notice, wentBack }) => [
      topic,
      String(partition),
      String(lag),
      lagSeconds === null ? '-' : duration(lagSeconds * 1_000),
      committed ?? '-',
      end,
      notice === null ? '-' : style.yellow(noticeText(notice, wentBack, now)),
    ]),
  );

const noticeText = (notice: string, wentBack: BridgeStatus['partitions'][number]['wentBack'], now: number): string =>
  notice === 'went back' && wentBack ? `went back to ${wentBack.to}, ${ago(wentBack.at, now)}` : notice;
