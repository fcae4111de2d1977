/** "3 done, 1 refused". */
export function renderCounts(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([outcome, count]) => `${String(count)} ${outcome}`);
  return parts.length === 0 ? 'there were none' : parts.join(', ');
}
