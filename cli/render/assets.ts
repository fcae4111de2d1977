import type { AssetConflict, MediaAsset } from '../../operations/assets/read';
import { printable, table, type Style } from './text';
import { ago } from './time';

export function renderAsset(asset: MediaAsset, { bold, dim }: Style): string[] {
  const field = (name: string, value: string | null): string[] =>
    value === null ? [] : [`  ${dim(name.padEnd(10))} ${printable(value)}`];
  const variants = (asset.variants ?? []).map(({ label }) => label).join(', ');
  return [
    `${bold(printable(asset.episodeId))} ${asset.status}${asset.cacheable ? ', cacheable' : ''} as of ${asset.version}`,
    ...field('manifest', asset.manifestUrl),
    ...field('thumbnail', asset.thumbnailUrl ?? asset.fallbackArtUrl),
    ...field('variants', variants === '' ? null : variants),
    ...field('captions', asset.captions?.map(({ lang }) => lang).join(', ') ?? null),
    ...field('upload', asset.sourceUploadId),
    ...field('asset', asset.streamingAssetId),
    ...field('reason', asset.reason),
    ...field('residency', asset.residency),
  ];
}

export const renderConflicts = (conflicts: readonly AssetConflict[], now: number): string[] =>
  table(
    ['ID', 'WHEN', 'EPISODE', 'CAME', 'OF', 'STANDS', 'OF', 'TIMES'],
    conflicts.map((one) => [
      one.id,
      ago(one.lastAt, now),
      printable(one.episodeId),
      ...[one.status, one.version],
      ...[one.standingStatus, one.standingVersion],
      String(one.times),
    ]),
  );
