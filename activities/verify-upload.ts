import { join } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { Rung, SourceProbe, VerifyUploadInput, VerifyUploadResult } from '../contracts/model/work';
import { inTransaction } from '../platform/postgres/pool';
import { describeSource } from '../platform/postgres/sources';
import type { Attempt } from './attempt';
import { guardResidency } from './attempt';
import { claimUpload } from './claim-upload';
import type { ActivityDeps } from './deps';
import { sha256Of } from './local-copy';
import { checkSource, planLadder, probeSource, verifyWhole } from './media';

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
  const path = await fetchSource(deps, attempt, input);
  const sha256 = await hashSource(attempt, path);
  const probe = await examine(deps, attempt, input, path);
  const { bytes } = probe;
  await inTransaction(deps.pool, (client) => describeSource(client, input.place, { sha256, bytes, probe }));
  return { sha256, bytes, probe, ladder: input.planLadder ? rungs(probe, input) : [] };
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
  deps: ActivityDeps,
  attempt: Attempt,
  { place, upload }: VerifyUploadInput,
): Promise<string> {
  const path = join(await attempt.folder(place.residency), 'source');
  const total = (await deps.objects.stat(upload.rawKey))?.bytes ?? 1;
  const onBytes = (bytes: number): void => {
    attempt.heartbeat((bytes / total) * FETCHED, 'fetch');
  };
  await deps.objects.fetch(upload.rawKey, path, { signal: attempt.signal, onBytes });
  return path;
}

async function hashSource(attempt: Attempt, path: string): Promise<string> {
  const onBytes = (): void => {
    attempt.heartbeat(HASHED, 'hash');
  };
  return sha256Of(path, { signal: attempt.signal, onBytes });
}

/** The probe as it may be planned and encoded with: measured where the headers do not say how long the source is. */
async function examine(
  { tools, limits }: ActivityDeps,
  attempt: Attempt,
  { place, verify }: VerifyUploadInput,
  path: string,
): Promise<SourceProbe> {
  const { signal } = attempt;
  attempt.heartbeat(HASHED, 'probe');
  const probe = await probeSource({ path, tools, limits, signal });
  checkSource({ probe, contentType: place.contentType });
  if (verify === 'trust' && probe.durationDeclared) return probe;
  const onProgress = (percent: number): void => {
    attempt.heartbeat(PROBED + (percent * (100 - PROBED)) / 100, 'decode');
  };
  return verifyWhole({ path, probe, tools, limits, signal, onProgress });
}

function rungs(probe: SourceProbe, { place }: VerifyUploadInput): Rung[] {
  const { video, audio } = planLadder({ probe, contentType: place.contentType });
  return [...video, ...audio];
}
