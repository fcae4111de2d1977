const LEVELS: Record<number, string> = { 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

interface LogLine {
  level?: number;
  msg?: string;
  code?: string;
  err?: { message?: string; code?: string } | string;
}

/** Lines of our log as people read them; a line that is no JSON of ours stays as it is. */
export const readableLog = (lines: string): string => lines.split('\n').map(readable).join('\n');

function readable(line: string): string {
  const entry = parse(line);
  if (entry?.msg === undefined) return line;
  const { level = 0, msg, err, code } = entry;
  const cause = typeof err === 'string' ? err : err?.message;
  const named = code ?? (typeof err === 'object' ? err.code : undefined);
  return [LEVELS[level] ?? 'debug', named, cause === undefined ? msg : `${msg}: ${cause}`].filter(Boolean).join(' ');
}

function parse(line: string): LogLine | null {
  try {
    return JSON.parse(line) as LogLine | null;
  } catch {
    return null;
  }
}
