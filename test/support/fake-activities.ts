import type { DecisionRecord, Milestone, OutcomeReport, Snapshot } from '../../contracts/model/lifecycle';
import type { Notice } from '../../contracts/model/notices';
import type { Activities, AnnounceInput, Rung } from '../../contracts/model/work';

/** What the run asked for, in order, and what it told. */
export interface FakeWorld {
  activities: Activities;
  calls: string[];
  announces: AnnounceInput[];
  milestones(): Milestone[];
  notices(): Notice[];
  outcomes(): OutcomeReport[];
  /** Recorded with what was announced. */
  decisions(): DecisionRecord[];
  /** Topics told to others, without our own transitions. */
  topics(): string[];
  last(): Snapshot;
}

const LADDER: Rung[] = [
  { kind: 'video', label: '360p', width: 640, height: 360, bitrate: 400_000, frameRate: '25/1' },
  { kind: 'video', label: '720p', width: 1280, height: 720, bitrate: 2_500_000, frameRate: '25/1' },
  { kind: 'audio', label: 'a128', bitrate: 128_000, channels: 2, sampleRate: 48_000, lang: 'en' },
];

const PROBE = { container: 'mp4', bytes: 10, durationSeconds: 5, video: null, audio: null, streams: 2 };

export function fakeActivities(overrides: Partial<Activities>): FakeWorld {
  const calls: string[] = [];
  const announces: AnnounceInput[] = [];
  const activities = recording(calls, { ...plainActivities(announces), ...overrides });
  return {
    activities,
    calls,
    announces,
    milestones: () => announces.flatMap((one) => one.milestones),
    notices: () => announces.flatMap((one) => one.notices),
    outcomes: () => announces.flatMap((one) => one.outcomes),
    decisions: () => announces.flatMap((one) => decisionsOf(one)),
    topics: () =>
      announces.flatMap((one) => one.milestones.map((m) => m.topic)).filter((topic) => !topic.startsWith('internal.')),
    last: () => {
      const last = announces.at(-1);
      if (!last) throw new TypeError('nothing was announced yet');
      return last.snapshot;
    },
  };
}

const decisionsOf = ({ decisions = [] }: AnnounceInput): DecisionRecord[] => decisions.map(({ decision }) => decision);

function plainActivities(announces: AnnounceInput[]): Activities {
  return {
    verifyUpload: () => Promise.resolve({ sha256: 'abc', bytes: 10, probe: PROBE as never, ladder: LADDER }),
    transcodeRendition: ({ rung }) =>
      Promise.resolve({
        rung,
        key: `GLOBAL/c/${rung.label}.mp4`,
        bytes: 1,
        sha256: 'x',
        durationSeconds: 5.2,
        lang: 'en',
        reused: false,
      }),
    runCheck: ({ check }) => Promise.resolve({ check, flags: [], metadataVersion: 1 }),
    recordVerdict: () => Promise.resolve({ openFlags: 0 }),
    packageContent: () =>
      Promise.resolve({ manifests: { hls: 'c/m.m3u8', dash: 'c/m.mpd', cekId: 'cek-1' }, reused: false }),
    publishContent: () =>
      Promise.resolve({ title: 'A title', categories: ['news'], creatorId: 'creator-1', wasVisible: false }),
    announce: (input) => {
      announces.push(input);
      return Promise.resolve({ refused: [], recorded: decisionsOf(input).map(({ decisionId }) => decisionId) });
    },
    removeOutputs: () => Promise.resolve({ removed: 1 }),
    reconcile: () => Promise.resolve({ contents: 0, runs: 0, found: {}, repaired: [] }),
    tellSubscribers: () => Promise.resolve({ told: 0, total: 0, ended: true, stopped: null }),
    tellExpiring: () => Promise.resolve({ told: 0, expired: 0 }),
    withdrawContent: () => Promise.resolve(),
  };
}

/** "transcodeRendition 720p", "removeOutputs package": the name and what tells one call from another. */
function recording(calls: string[], activities: Activities): Activities {
  const detail = (input: object): string => {
    if ('rung' in input) return ` ${(input.rung as Rung).label}`;
    if ('check' in input) return ` ${String(input.check)}`;
    if ('stage' in input) return ` ${String(input.stage)}`;
    return '';
  };
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (input: object): unknown => {
      if (name !== 'announce') calls.push(`${name}${detail(input)}`);
      return (activity as (input: object) => unknown)(input);
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
