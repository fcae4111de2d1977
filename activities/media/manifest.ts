import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix } from 'node:path';
import { Parser, type HlsManifest } from 'm3u8-parser';
import { parse, type DashManifest, type DashPlaylist } from 'mpd-parser';
import type { Scheme } from './set';
import { setInvalid } from './set-invalid';

/** One representation as a manifest names it, with local paths. */
export interface ManifestTrack {
  /** Folder of the init segment: the label that it was packaged under. */
  readonly label: string;
  readonly initPath: string;
  readonly segmentPaths: readonly string[];
}

export interface ReadManifestInput {
  readonly manifestPath: string;
  readonly scheme: Scheme;
  /** 32 hex digits; DASH manifests repeat it. */
  readonly keyId: string;
}

/** The representations of a DASH manifest (cenc) or an HLS master playlist (cbcs). Error: PACKAGE_INVALID. */
export async function readManifest(input: ReadManifestInput): Promise<ManifestTrack[]> {
  const tracks = input.scheme === 'cenc' ? await readDash(input) : await readHls(input);
  if (tracks.length === 0) throw setInvalid('its manifest names no representation');
  return tracks;
}

async function readDash({ manifestPath, scheme, keyId }: ReadManifestInput): Promise<ManifestTrack[]> {
  const manifest = parseDash(await readText(manifestPath));
  return [...manifest.playlists, ...grouped(manifest)].map((playlist) => {
    checkProtection(playlist, scheme, keyId);
    return toTrack(dirname(manifestPath), playlist.segments ?? []);
  });
}

function parseDash(text: string): DashManifest {
  try {
    // The address is needed for relative ones to be resolved, and is not used: we read the relative ones.
    return parse(text, { manifestUri: 'https://set.invalid/manifest.mpd' });
  } catch (cause) {
    throw setInvalid('its DASH manifest cannot be parsed', cause);
  }
}

const grouped = ({ mediaGroups }: DashManifest): DashPlaylist[] =>
  Object.values(mediaGroups['AUDIO'] ?? {}).flatMap((group) =>
    Object.values(group).flatMap(({ playlists = [] }) => [...playlists]),
  );

function checkProtection({ contentProtection }: DashPlaylist, scheme: Scheme, keyId: string): void {
  const attributes = contentProtection?.mp4protection?.attributes;
  const named = attributes?.['cenc:default_KID']?.replaceAll('-', '').toLowerCase();
  if (attributes?.['value'] !== scheme || named !== keyId.toLowerCase()) {
    throw setInvalid(`its manifest says ${attributes?.['value'] ?? 'no scheme'} with key id ${named ?? 'none'}`);
  }
}

async function readHls({ manifestPath }: ReadManifestInput): Promise<ManifestTrack[]> {
  const dir = dirname(manifestPath);
  const tracks = playlistUris(await parseHls(manifestPath)).map(async (uri) => {
    const playlistPath = localPath(dir, uri);
    const { segments, endList } = await parseHls(playlistPath);
    if (endList !== true) throw setInvalid(`the playlist ${uri} has no end`);
    const clear = segments.find(({ key }) => key?.method !== 'SAMPLE-AES' || key.uri === undefined);
    if (clear !== undefined) throw setInvalid(`the playlist ${uri} names no key for ${clear.uri ?? 'a segment'}`);
    return toTrack(dirname(playlistPath), segments);
  });
  return Promise.all(tracks);
}

/** A sound-only rendition stands as a variant and in its group: each playlist counts once. */
function playlistUris({ playlists = [], mediaGroups = {} }: HlsManifest): string[] {
  const sound = Object.values(mediaGroups['AUDIO'] ?? {}).flatMap((group) => Object.values(group));
  return [...new Set([...playlists, ...sound].flatMap(({ uri }) => uri ?? []))];
}

async function parseHls(path: string): Promise<HlsManifest> {
  const text = await readText(path);
  // The parser accepts any text at all.
  if (!text.startsWith('#EXTM3U')) throw setInvalid(`${path} is no HLS playlist`);
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest;
}

interface NamedSegment {
  readonly uri?: string;
  readonly map?: { readonly uri?: string };
}

function toTrack(dir: string, segments: readonly NamedSegment[]): ManifestTrack {
  const init = segments[0]?.map?.uri;
  if (init === undefined) throw setInvalid('a representation has no segments or no init segment');
  if (segments.some(({ map }) => map?.uri !== init)) throw setInvalid(`${init} is not the only init segment`);
  return {
    label: posix.basename(posix.dirname(init)),
    initPath: localPath(dir, init),
    segmentPaths: segments.map(({ uri }) => localPath(dir, uri)),
  };
}

/** Names in a set are plain and relative: anything else would lead a player, and us, out of it. */
function localPath(dir: string, uri: string | undefined): string {
  if (uri === undefined || uri === '' || isAbsolute(uri) || /[:\\]|(^|\/)\.\.(\/|$)/.test(uri)) {
    throw setInvalid(`it names ${JSON.stringify(uri)}, which is not a plain relative name`);
  }
  return join(dir, uri);
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw setInvalid(`${path} is missing`, cause);
  });
