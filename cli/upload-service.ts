import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReelwayError } from '../contracts/model/errors';
import type { ContentType, Residency } from '../contracts/model/status';
import type { OperationsDeps } from '../operations/deps';
import { checkContentId } from '../operations/input';
import { REACH_MS, within } from '../operations/within';
import { openFilesystemObjects } from '../platform/objects/filesystem';
import { readContent } from '../platform/postgres/contents';
import { readUploadSession, type UploadSession } from '../platform/postgres/upload-sessions';
import { lastUpload, rememberUpload } from './last-upload';
import { uploadEvent, uploadEventId } from './upload-event';

/** Plays the upload service: stores a raw object and announces it. The platform itself never produces this topic. */
export interface SubmitInput {
  contentId: string;
  /** Local file to store; absent with `noObject`. */
  file?: string;
  /** Announce without storing anything, as a broken upload service would. */
  noObject?: boolean;
  rawKey?: string;
  session?: string;
  /** Default for these three: what the content record says. */
  creatorId?: string;
  contentType?: ContentType;
  residency?: Residency;
}

export interface Submitted {
  contentId: string;
  uploadSessionId: string;
  rawKey: string;
  eventId: string;
  topic: string;
  partition: number;
  offset: string;
  /** Bytes stored now; null: nothing was stored. */
  bytes: number | null;
}

type Deps = Pick<OperationsDeps, 'pool' | 'kafka' | 'config'>;

/** Throws INPUT_INVALID, CONTENT_NOT_FOUND, RAW_KEY_UNSAFE, SERVICE_UNREACHABLE. */
export async function submitUpload(deps: Deps, input: SubmitInput): Promise<Submitted> {
  checkContentId(input.contentId);
  const upload = await describe(deps, input);
  const bytes = input.noObject === true ? null : await storeRaw(deps, upload.rawKey, input.file);
  const submitted = await announce(deps, upload, bytes);
  // Only `--repeat` from here, and before anybody has read the event, needs it.
  await rememberUpload(stackOf(deps), upload).catch(() => undefined);
  return submitted;
}

/** Announces an upload again with the same event id and bytes. Throws NOT_FOUND where none is known. */
export async function repeatUpload(deps: Deps, contentId: string, session?: string): Promise<Submitted> {
  checkContentId(contentId);
  const own = await lastUpload(stackOf(deps), contentId);
  const isWanted = own !== null && (session === undefined || own.uploadSessionId === session);
  const upload = isWanted ? own : await readUploadSession(deps.pool, contentId, session);
  if (upload) return announce(deps, upload, null);
  throw new ReelwayError('NOT_FOUND', `No upload of ${contentId} is known, so none can be repeated.`, {
    hint: `Upload it: reelway content submit ${contentId} --file FILE`,
  });
}

async function describe(deps: Deps, input: SubmitInput): Promise<UploadSession> {
  const { contentId, file, session: uploadSessionId = `cli-${randomUUID()}` } = input;
  const { creatorId, contentType, residency } = await ownerOf(deps, input);
  const rawKey =
    input.rawKey ?? `raw/${contentId}/${safeName(uploadSessionId)}/${safeName(basename(file ?? 'absent'))}`;
  return { contentId, uploadSessionId, creatorId, rawKey, residency, contentType, at: new Date() };
}

type Owner = Pick<UploadSession, 'creatorId' | 'contentType' | 'residency'>;

async function ownerOf({ pool }: Deps, input: SubmitInput): Promise<Owner> {
  const { creatorId, contentType, residency } = input;
  // Everything was said, so the database is not asked: an upload service knows nothing of it either.
  if (creatorId !== undefined && contentType && residency) return { creatorId, contentType, residency };
  const row = await readContent(pool, input.contentId);
  const owner = {
    creatorId: creatorId ?? row?.creatorId,
    contentType: contentType ?? row?.contentType,
    residency: residency ?? row?.residency,
  };
  if (owner.creatorId && owner.contentType && owner.residency) return owner as Owner;
  throw new ReelwayError(
    'CONTENT_NOT_FOUND',
    `${input.contentId} has no record that says whose it is, of what type, and where it may be kept.`,
    {
      hint: `Register it first (reelway content register ${input.contentId} …), or give --creator, --type and --residency.`,
    },
  );
}

const MAX_NAME = 100;

/** A file name as part of a key: no separators, no leading dot or hyphen, nothing a URL or a shell would read. */
export function safeName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+/, '');
  return plain.slice(-MAX_NAME).replace(/^[.-]+/, '') || 'file';
}

async function storeRaw({ config }: Deps, rawKey: string, file: string | undefined): Promise<number> {
  if (file === undefined) throw new ReelwayError('USAGE', 'Name the file to upload: --file PATH');
  const found = await stat(file).catch(() => null);
  if (!found?.isFile())
    throw new ReelwayError('INPUT_INVALID', `There is no file ${file}.`, { hint: 'Check the path.' });
  const objects = await openFilesystemObjects(config.objects);
  return (await objects.store(rawKey, file)).bytes;
}

async function announce({ kafka, config }: Deps, upload: UploadSession, bytes: number | null): Promise<Submitted> {
  const record = uploadEvent(upload);
  const producer = await kafka().producer();
  try {
    const brokers = `Kafka at ${config.kafka.brokers.join(',')}`;
    const [place] = await within(REACH_MS, brokers, producer.send([record]));
    if (!place) throw new ReelwayError('INTERNAL', 'Kafka took the event but did not say where it is.');
    const { contentId, uploadSessionId, rawKey } = upload;
    const eventId = uploadEventId(contentId, uploadSessionId);
    return { contentId, uploadSessionId, rawKey, eventId, topic: record.topic, ...place, bytes };
  } finally {
    // A broker that hangs would hold the way out as well.
    await within(CLOSE_MS, 'Kafka', producer.close()).catch(() => undefined);
  }
}

const CLOSE_MS = 500;

const stackOf = ({ config }: Deps): string => `${config.kafka.brokers.join(',')}/${config.kafka.topicPrefix}`;
