const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "0.4 s", "12 s", "3 m 05 s", "2 h 10 m", "4 d 6 h": two figures are enough to act on. */
export function duration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  if (span < MINUTE) return `${String(Math.round(span / SECOND))} s`;
  if (span < HOUR) return pair(span, MINUTE, 'm', SECOND, 's');
  if (span < DAY) return pair(span, HOUR, 'h', MINUTE, 'm');
  return pair(span, DAY, 'd', HOUR, 'h');
}

function pair(span: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % big) / small);
  const first = `${String(Math.floor(span / big))} ${bigName}`;
  return rest === 0 ? first : `${first} ${String(rest).padStart(2, '0')} ${smallName}`;
}

/** "3 m ago", "in 2 h", "now"; one figure, for lists. An absent time is "-". */
export function ago(time: string | null, now: number): string {
  if (time === null) return '-';
  const span = now - Date.parse(time);
  if (Math.abs(span) < SECOND) return 'now';
  return span > 0 ? `${rough(span)} ago` : `in ${rough(-span)}`;
}

function rough(span: number): string {
  if (span < MINUTE) return `${String(Math.round(span / SECOND))} s`;
  if (span < HOUR) return `${String(Math.round(span / MINUTE))} m`;
  return span < 2 * DAY ? `${String(Math.round(span / HOUR))} h` : `${String(Math.round(span / DAY))} d`;
}
