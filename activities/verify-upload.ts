import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { Rung, SourceProbe, VerifyUploadInput, VerifyUploadResult } from '../contracts/model/work';
import { inTransaction } from '../platform/postgres/pool';
import { describeSource } from '../platform/postgres/sources';
import { guardResidency, SILENT_STEP_MS, type Attempt, type Tell } from './attempt';
import { claimUpload } from './claim-upload';
import type { ActivityDeps } from './deps';
import { sha256Of } from './local-copy';
import { blamed, checkSource, planLadder, probeSource, verifyWhole } from './media';

/** Shares of the whole, in percent: a decode takes far longer than a copy and a hash. */
const FETCHED = 15;
const HASHED = 25;
const PROBED = 30;

/**
 * Is the upload what the event and the record say, and is the raw object whole? `trust` reads the object only to plan
 * the ladder. What it finds stands in `sources`; a repeat finds the same and writes it again.
 */
export async function verifyUpload(
  deps: ActivityDeps,
  attempt: Attempt,
  input: VerifyUploadInput,
): Promise<VerifyUploadResult> {
  guardResidency(deps, input.place.residency);
  await claimUpload(deps.pool, input);
  if (input.verify === 'trust' && !input.planLadder) return { sha256: null, bytes: null, probe: null, ladder: [] };
  await checkSize(deps, input.upload.rawKey);
  const read = (tell: Tell): Promise<ReadSource> => readSource(deps, attempt, input, tell);
  const { sha256, probe } = await attempt.pulse({ percent: 0, label: 'fetch' }, SILENT_STEP_MS, read);
  const { bytes } = probe;
  const ladder = input.planLadder ? rungs(probe, input) : [];
  await inTransaction(deps.pool, (client) => describeSource(client, input.place, { sha256, bytes, probe, ladder }));
  return { sha256, bytes, probe, ladder };
}

interface ReadSource {
  sha256: string;
  probe: SourceProbe;
}

async function readSource(
  deps: ActivityDeps,
  attempt: Attempt,
  input: VerifyUploadInput,
  tell: Tell,
): Promise<ReadSource> {
  const { signal } = attempt;
  const path = join(await attempt.folder(input.place.residency), 'source');
  await fetchSource(deps, input, path, { signal, tell });
  const onBytes = (): void => {
    tell(HASHED, 'hash');
  };
  const sha256 = await sha256Of(path, { signal, onBytes });
  tell(HASHED, 'probe');
  return { sha256, probe: await examine(deps, input, path, { signal, tell }) };
}

interface Watch {
  signal: AbortSignal;
  tell: Tell;
}

/** Before a byte is copied: an object over the limit could fill the disk. */
async function checkSize({ objects, limits }: ActivityDeps, rawKey: string): Promise<void> {
  const found = await objects.stat(rawKey);
  if (found === null) throw new ReelwayError('RAW_OBJECT_MISSING', `There is no object under the raw key ${rawKey}.`);
  if (found.bytes === 0) throw new ReelwayError('SOURCE_EMPTY');
  if (found.bytes <= limits.maxBytes) return;
  const size = `${String(found.bytes)} bytes; the limit is ${String(limits.maxBytes)}`;
  throw new ReelwayError('SOURCE_OVER_LIMIT', `The source has ${size}.`);
}

/** To a name of our own: the key is never seen by a tool. */
async function fetchSource(
  { objects }: ActivityDeps,
  { upload: { rawKey } }: VerifyUploadInput,
  path: string,
  { signal, tell }: Watch,
): Promise<void> {
  const total = (await objects.stat(rawKey))?.bytes ?? 1;
  const onBytes = (bytes: number): void => {
    tell((bytes / total) * FETCHED);
  };
  await objects.fetch(rawKey, path, { signal, onBytes });
}

/** The probe as it may be planned and encoded with: measured where the headers do not say how long the source is. */
async function examine(
  { tools, limits }: ActivityDeps,
  { place, verify }: VerifyUploadInput,
  path: string,
  { signal, tell }: Watch,
): Promise<SourceProbe> {
  try {
    const probe = await probeSource({ path, tools, limits, signal });
    checkSource({ probe, contentType: place.contentType });
    if (verify === 'trust' && probe.durationDeclared) return probe;
    const onProgress = (percent: number): void => {
      tell(PROBED + (percent * (100 - PROBED)) / 100, 'decode');
    };
    return await verifyWhole({ path, probe, tools, limits, signal, onProgress });
  } catch (error) {
    throw await blamed(error, tools, signal);
  }
}

function rungs(probe: SourceProbe, { place }: VerifyUploadInput): Rung[] {
  const { video, audio } = planLadder({ probe, contentType: place.contentType });
  return [...video, ...audio];
}
