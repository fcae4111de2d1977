import type { Fact } from '../../contracts/model/facts';
import type { OutcomeReport, Snapshot } from '../../contracts/model/lifecycle';
import type { NewContent } from '../../contracts/model/ports';
import { parseMessage } from '../../contracts/schema/parse-message';
import { rememberTranscoded } from '../../platform/postgres/content-state';
import { insertFanOut } from '../../platform/postgres/fanouts';
import { handBack, readFacts } from '../../platform/postgres/inbox';
import type { NewMilestone } from '../../platform/postgres/milestones';
import type { PoolClient } from '../../platform/postgres/pool';

/** A later generation begins with the renditions of this one, when the payloads are long dropped. */
export async function rememberOwnTranscode(db: PoolClient, of: Snapshot, stored: NewMilestone[]): Promise<void> {
  const made = stored.findLast((row) => row.topic === 'media.transcoded');
  const parsed = made && parseMessage('media.transcoded', made.value);
  if (parsed?.ok !== true) return;
  const { renditions, audio_tracks: audioTracks, duration_seconds: durationSeconds } = parsed.envelope.payload;
  await rememberTranscoded(db, of.contentId, { renditions, audioTracks, durationSeconds });
}

/** Published for the first time: subscribers are told of it, unless it is not for everybody. */
export async function planFanOut(
  db: PoolClient,
  stored: NewMilestone[],
  { channels, traceparent }: Pick<NewContent, 'channels' | 'traceparent'>,
): Promise<void> {
  const made = stored.findLast((row) => row.topic === 'media.published');
  const parsed = made && parseMessage('media.published', made.value);
  if (parsed?.ok !== true || parsed.envelope.payload.age_gated === true) return;
  const { timestamp: at, payload } = parsed.envelope;
  const { content_id: contentId, creator_id: creatorId, title, content_type: contentType, residency } = payload;
  await insertFanOut(db, { contentId, creatorId, title, contentType, residency, channels, at, traceparent });
}

/** What follows here from what a run says about its facts. */
export async function followUpOutcomes(db: PoolClient, of: Snapshot, outcomes: OutcomeReport[]): Promise<void> {
  const applied = outcomes.filter((one) => one.outcome === 'applied').map((one) => one.row);
  const made = (await readFacts(db, applied)).findLast(isTranscoded);
  if (made) {
    const { renditions, audioTracks, durationSeconds } = made;
    await rememberTranscoded(db, of.contentId, { renditions, audioTracks, durationSeconds });
  }
  const back = handedBack(outcomes);
  if (back.length > 0) await handBack(db, of.contentId, back);
}

/** Rows of flags that a run met while it closed: the dispatcher begins a new generation with them. */
export const handedBack = (outcomes: OutcomeReport[]): string[] =>
  outcomes.filter((one) => one.outcome === 'parked' && one.code === 'CONTENT_FINISHED').map((one) => one.row);

type Body = Fact['body'];
const isTranscoded = (body: Body): body is Extract<Body, { kind: 'transcoded' }> => body.kind === 'transcoded';
