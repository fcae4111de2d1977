import type { Fact } from '../../contracts/model/facts';
import type { Milestone, OutcomeReport, Snapshot } from '../../contracts/model/lifecycle';
import type { PayloadOf } from '../../contracts/schema/payloads';
import { rememberTranscoded } from '../../platform/postgres/content-state';
import { handBack, readFacts } from '../../platform/postgres/inbox';
import type { PoolClient } from '../../platform/postgres/pool';

/** A later generation begins with the renditions of this one, when the payloads are long dropped. */
export async function rememberOwnTranscode(db: PoolClient, of: Snapshot, milestones: Milestone[]): Promise<void> {
  const made = milestones.findLast((milestone) => milestone.topic === 'media.transcoded');
  if (!made) return;
  // Validated before it came here; a milestone that was refused parks its run, which announces again.
  const payload = made.payload as PayloadOf<'media.transcoded'>;
  await rememberTranscoded(db, of.contentId, {
    renditions: payload.renditions,
    audioTracks: payload.audio_tracks,
    durationSeconds: payload.duration_seconds,
  });
}

/** What follows here from what a run says about its facts. */
export async function followUpOutcomes(db: PoolClient, of: Snapshot, outcomes: OutcomeReport[]): Promise<void> {
  const applied = outcomes.filter((one) => one.outcome === 'applied').map((one) => one.row);
  const made = (await readFacts(db, applied)).findLast(isTranscoded);
  if (made) {
    const { renditions, audioTracks, durationSeconds } = made;
    await rememberTranscoded(db, of.contentId, { renditions, audioTracks, durationSeconds });
  }
  // A flag that the run met while it closed: the dispatcher begins a new generation with it.
  const back = outcomes.filter((one) => one.outcome === 'parked' && one.code === 'CONTENT_FINISHED');
  if (back.length > 0) {
    await handBack(
      db,
      of.contentId,
      back.map((one) => one.row),
    );
  }
}

type Body = Fact['body'];
const isTranscoded = (body: Body): body is Extract<Body, { kind: 'transcoded' }> => body.kind === 'transcoded';
