/** cenc goes with DASH, cbcs with HLS: one CMAF set cannot carry both. */
export type Scheme = 'cenc' | 'cbcs';

export const MANIFEST: Record<Scheme, string> = { cenc: 'manifest.mpd', cbcs: 'master.m3u8' };

export interface PackageTrack {
  /** Folder of the track in the set; letters, digits, "-" and "_". */
  readonly label: string;
  /** An MP4 with one stream, as `encodeRung` makes it. */
  readonly path: string;
  readonly kind: 'video' | 'audio';
  /** BCP-47 or "und"; for sound only. */
  readonly lang?: string | undefined;
}
