import { KEY_LABEL } from './content-key';
import { MANIFEST, type PackageTrack, type Scheme } from './set';

interface PackagerArgsInput {
  readonly scheme: Scheme;
  readonly tracks: readonly PackageTrack[];
  readonly flagFile: string;
  readonly hlsKeyUri: string;
  readonly segmentSeconds: number;
}

/** The packager's command line, with paths relative to the folder of the set. The key is in the flag file alone. */
export function packagerArgs({ scheme, tracks, flagFile, hlsKeyUri, segmentSeconds }: PackagerArgsInput): string[] {
  const soundOnly = tracks.every(({ kind }) => kind === 'audio');
  return [
    ...tracks.map((track) => streamDescriptor(track, soundOnly)),
    ...['--enable_raw_key_encryption', '--flagfile', flagFile],
    ...['--protection_scheme', scheme, '--protection_systems', 'CommonSystem', '--clear_lead', '0'],
    ...['--segment_duration', String(segmentSeconds), '--fragment_duration', String(segmentSeconds)],
    ...defaultLanguage(tracks),
    ...(scheme === 'cenc' ? dashArgs() : hlsArgs(hlsKeyUri)),
    '--quiet',
  ];
}

const dashArgs = (): string[] => ['--generate_static_live_mpd', '--mpd_output', MANIFEST.cenc];

const hlsArgs = (keyUri: string): string[] => [
  ...['--hls_key_uri', keyUri, '--hls_master_playlist_output', MANIFEST.cbcs],
];

function streamDescriptor({ label, path, kind, lang }: PackageTrack, soundOnly: boolean): string {
  const fields = {
    in: path,
    stream: kind,
    drm_label: KEY_LABEL,
    init_segment: `${label}/init.mp4`,
    segment_template: `${label}/$Number%05d$.m4s`,
    playlist_name: `${label}.m3u8`,
    ...(kind === 'audio' ? soundFields(label, lang, soundOnly) : {}),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/**
 * Sound beside a picture is one group. Sound alone has a group per bit rate: two renditions of one name in one group
 * break the HLS rules, and players then keep only one. The packager refuses the language "und": it is left out.
 */
function soundFields(label: string, lang: string | undefined, soundOnly: boolean): Record<string, string> {
  return {
    ...(isKnown(lang) ? { language: lang } : {}),
    hls_group_id: soundOnly ? label : 'audio',
    hls_name: isKnown(lang) ? lang : 'main',
  };
}

/** Marks the sound as the default one, so that a player need not choose. */
function defaultLanguage(tracks: readonly PackageTrack[]): string[] {
  const lang = tracks.map((track) => track.lang).find(isKnown);
  return lang === undefined ? [] : ['--default_language', lang];
}

const isKnown = (lang: string | undefined): lang is string => lang !== undefined && lang !== 'und';
