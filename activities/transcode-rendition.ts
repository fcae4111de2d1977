import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { TranscodeInput, TranscodeResult } from '../contracts/model/work';
import { reached } from '../platform/faults';
import type { Output } from '../platform/postgres/outputs';
import { guardResidency, type Attempt } from './attempt';
import type { ActivityDeps } from './deps';
import { sha256Of } from './local-copy';
import { encodeRung, type EncodedRendition } from './media';
import { inputHash, outputId, recordFirst, reusable, variantPrefix } from './recorded';

/** Raise it with every change of media/encode-args that changes what comes out: old outputs are not found then. */
const ENCODER_SETTINGS = 'x264+aac/1';

/** Encodes one rendition, unless an earlier attempt has recorded it. Heartbeats are the encoder's own progress. */
export async function transcodeRendition(
  deps: ActivityDeps,
  attempt: Attempt,
  input: TranscodeInput,
): Promise<TranscodeResult> {
  const { place, rung, sourceSha256 } = input;
  guardResidency(deps, place.residency);
  const id = outputId(place, 'transcode', rung.label, inputHash([sourceSha256, rung, ENCODER_SETTINGS]));
  const found = await reusable(deps, place, id);
  if (found !== null) return resultOf(found, true);

  const folder = await attempt.folder(place.residency);
  const encoded = await encode(deps, attempt, input, folder);
  const key = `${variantPrefix(place, 'transcode', rung.label)}/${attempt.token}/${rung.label}.mp4`;
  const onBytes = (): void => {
    attempt.heartbeat(100, rung.label);
  };
  await deps.objects.store(key, encoded.path, { signal: attempt.signal, onBytes });

  const { bytes, sha256, durationSeconds } = encoded;
  const lang = input.probe.audio?.lang ?? 'und';
  const meta: TranscodeResult = { rung, key, bytes, sha256, durationSeconds, lang, reused: false };
  const output = { ...id, keys: [key], sha256, bytes, attempt: attempt.number, meta };
  const standing = await recordFirst(deps, place, output);
  return resultOf(standing, standing.keys[0] !== key);
}

const resultOf = ({ meta }: Output, reused: boolean): TranscodeResult => ({ ...(meta as TranscodeResult), reused });

async function encode(
  deps: ActivityDeps,
  attempt: Attempt,
  input: TranscodeInput,
  folder: string,
): Promise<EncodedRendition> {
  const { rung, probe } = input;
  const source = await fetchVerified(deps, attempt, input, join(folder, 'source'));
  let middle: Promise<void> | undefined;
  const onProgress = (percent: number): void => {
    attempt.heartbeat(percent, rung.label);
    if (percent > 0) middle ??= reached('transcode.mid');
  };
  const { tools, limits } = deps;
  const output = join(folder, `${rung.label}.mp4`);
  const encoded = await encodeRung({
    ...{ source, output, rung, probe, tools, limits },
    ...{ signal: attempt.signal, onProgress },
  });
  // A test that stops us in the middle must not see the end of a clip that is shorter than its patience.
  await middle;
  return encoded;
}

/** The bytes that were verified, and no others: an uploader can write to the raw key at any time. */
async function fetchVerified(
  { objects }: ActivityDeps,
  attempt: Attempt,
  { rawKey, sourceSha256, rung }: TranscodeInput,
  path: string,
): Promise<string> {
  const onBytes = (): void => {
    attempt.heartbeat(0, rung.label);
  };
  const options = { signal: attempt.signal, onBytes };
  await objects.fetch(rawKey, path, options);
  if ((await sha256Of(path, options)) === sourceSha256) return path;
  throw new ReelwayError('RAW_OBJECT_MISSING', `The object under ${rawKey} is no longer the one that was verified.`, {
    hint: 'Put the verified object back under its key and retry, or cancel and upload under a new key.',
  });
}
