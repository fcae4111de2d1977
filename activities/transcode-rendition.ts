import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { TranscodeInput, TranscodeResult } from '../contracts/model/work';
import { reached } from '../platform/faults';
import type { Output } from '../platform/postgres/outputs';
import { guardResidency, SILENT_STEP_MS, type Attempt, type Tell } from './attempt';
import type { ActivityDeps } from './deps';
import { sha256Of } from './local-copy';
import { encodeRung, type EncodedRendition } from './media';
import { inputHash, outputId, recordFirst, reusable, takenOver, variantPrefix } from './recorded';

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
  const found = await reusable(deps, id);
  if (found !== null) return resultOf(found, true);
  const earlier = input.takeOver ? await takenOver(deps, id) : null;
  if (earlier !== null) return { ...resultOf(earlier, true), takenOver: true };

  const key = `${variantPrefix(place, 'transcode', rung.label)}/${attempt.token}/${rung.label}.mp4`;
  const start = { percent: 0, label: rung.label };
  const encoded = await attempt.pulse(start, SILENT_STEP_MS, async (tell) => {
    const made = await encode(deps, attempt, input, tell);
    const onBytes = (): void => {
      tell(100);
    };
    await deps.objects.store(key, made.path, { signal: attempt.signal, onBytes });
    return made;
  });

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
  tell: Tell,
): Promise<EncodedRendition> {
  const { rung, probe } = input;
  const folder = await attempt.folder(input.place.residency);
  const onBytes = (): void => {
    tell(0);
  };
  const source = await fetchVerified(deps, input, join(folder, 'source'), { signal: attempt.signal, onBytes });
  let middle: Promise<void> | undefined;
  const onProgress = (percent: number): void => {
    tell(percent);
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
  { rawKey, sourceSha256 }: TranscodeInput,
  path: string,
  options: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<string> {
  await objects.fetch(rawKey, path, options);
  if ((await sha256Of(path, options)) === sourceSha256) return path;
  throw new ReelwayError('RAW_OBJECT_MISSING', `The object under ${rawKey} is no longer the one that was verified.`, {
    hint: 'Put the verified object back under its key and retry, or cancel and upload under a new key.',
  });
}
