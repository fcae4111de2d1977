import type { Fact } from '../../../contracts/model/facts';
import { firstThatFit, MAX_START_AGE_MS, planFor } from '../../../bridge/inbound/plan';
import type { OpenRow } from '../../../platform/postgres/inbox';
import type { RoutingState } from '../../../platform/postgres/starts';

let rowId = 0;
const row = (body: Fact['body'], over: Partial<OpenRow> & { at?: number; key?: string } = {}): OpenRow => {
  const { at = 100, key = `key-${String(rowId)}`, ...rest } = over;
  return {
    orderingKey: 'c',
    rowId: String(++rowId),
    topic: 'topic',
    code: null,
    fact: { eventId: `e-${String(rowId)}`, key, at, body },
    bytes: 300,
    ageMs: 1_000,
    recordMs: 1_000,
    told: false,
    flagOpen: false,
    ...rest,
  };
};
const upload = (session = 's') =>
  row({
    kind: 'upload',
    uploadSessionId: session,
    creatorId: 'a',
    rawKey: 'k',
    residency: 'GLOBAL',
    contentType: 'VIDEO',
  });
const packaged = () => row({ kind: 'packaged', hls: 'h', dash: 'd', cekId: null });
const flagged = (over: Partial<OpenRow> & { at?: number; key?: string } = {}) =>
  row({ kind: 'flagged', flags: [], priority: 'STANDARD' }, over);
const decided = (at: number) =>
  row({ kind: 'decided', decisionId: 'd', reviewerId: 'r', decision: 'APPROVED' }, { at });

const content = (over: Partial<RoutingState>): RoutingState => ({
  contentId: 'c',
  phase: 'open',
  generation: 1,
  status: 'RUNNING',
  removed: false,
  cause: 'upload:s',
  input: null,
  ...over,
});

describe.each([
  ['no content', undefined],
  ['a draft', content({ phase: 'draft', generation: 0, cause: null })],
])('with %s', (_name, there) => {
  test('facts without an upload are parked', () => {
    const rows = [packaged(), flagged()];
    expect(planFor(there, rows)).toMatchObject({ deliver: null, park: rows });
  });
  test('an upload starts and takes all open facts with it', () => {
    const rows = [packaged(), upload(), flagged()];
    expect(planFor(there, rows)).toMatchObject({ deliver: { how: 'start', cause: rows[1], rows }, park: [] });
  });
});

describe('an upload whose record is older than its topic keeps records', () => {
  const old = (over: Partial<OpenRow> = {}): OpenRow => ({ ...upload('old'), ageMs: MAX_START_AGE_MS + 1, ...over });

  test('begins nothing; what waits for an upload goes on waiting', () => {
    const [first, second] = [old(), packaged()];
    expect(planFor(undefined, [first, second])).toMatchObject({ deliver: null, tooOld: [first], park: [second] });
  });
  test('leaves the start to a younger one', () => {
    const [first, second] = [old(), upload('new')];
    expect(planFor(undefined, [first, second])).toMatchObject({
      ...{ deliver: { how: 'start', cause: second, rows: [second] }, tooOld: [first] },
    });
  });
  test.each([
    ['is just as old as it may be', { ageMs: MAX_START_AGE_MS }],
    ['has no time', { ageMs: null }],
    ['was redriven by a person', { code: 'START_TOO_OLD' }],
  ])('but one that %s starts', (_why, over) => {
    expect(planFor(undefined, [old(over)])).toMatchObject({ deliver: { how: 'start' }, tooOld: [] });
  });
  test('is a fact of an open content, late for one that ended, and still the start that was begun', () => {
    expect(planFor(content({}), [old()])).toMatchObject({ deliver: { how: 'signal' }, tooOld: [] });
    expect(planFor(content({ phase: 'terminal' }), [old()])).toMatchObject({ late: [{ topic: 'topic' }], tooOld: [] });
    const starting = content({ phase: 'starting', cause: 'upload:old' });
    expect(planFor(starting, [old()])).toMatchObject({ deliver: { how: 'start-again' }, tooOld: [] });
  });
});

test('an unacknowledged start is made again by its own upload and by no other', () => {
  const starting = content({ phase: 'starting' });
  const own = upload('s');
  expect(planFor(starting, [upload('other'), own]).deliver).toMatchObject({ how: 'start-again', cause: own });
  const other = [upload('other'), packaged()];
  expect(planFor(starting, other)).toMatchObject({ deliver: null, park: other });
});

test('the start of a later generation is made again by its flag', () => {
  const cause = flagged({ key: 'f' });
  const starting = content({ phase: 'starting', generation: 2, cause: 'flag:f' });
  expect(planFor(starting, [cause]).deliver).toMatchObject({ how: 'start-again', cause });
});

test('an open content gets whatever comes', () => {
  const rows = [upload('second'), packaged()];
  expect(planFor(content({}), rows)).toMatchObject({ deliver: { how: 'signal', rows }, late: [], park: [] });
});

test('what a run has spoken about is not delivered again', () => {
  const spoken = { ...packaged(), told: true };
  expect(planFor(content({}), [spoken])).toEqual({ deliver: null, park: [], late: [], tooOld: [], told: [spoken] });
});

describe('after the end', () => {
  const published = content({ phase: 'terminal', status: 'PUBLISHED' });
  test.each(['CANCELLED', 'FAILED', 'REMOVED'])('%s content stays ended, whatever comes', (status) => {
    const rows = [upload(), flagged({ flagOpen: true })];
    expect(planFor(content({ phase: 'terminal', status }), rows)).toMatchObject({ deliver: null, late: rows });
  });
  test('an open flag on published content begins the next generation; the rest is late', () => {
    const flag = flagged({ flagOpen: true });
    const again = upload();
    expect(planFor(published, [again, flag])).toMatchObject({
      deliver: { how: 'next-generation', cause: flag, rows: [flag] },
      late: [again],
    });
  });
  test('a decision that came with the flag and may answer it goes along; an older one is late', () => {
    const flag = flagged({ flagOpen: true, at: 100 });
    const [older, newer] = [decided(99), decided(101)];
    expect(planFor(published, [older, flag, newer])).toMatchObject({ deliver: { rows: [flag, newer] }, late: [older] });
  });
  test('a flag that was answered, and one on taken-down content, is late', () => {
    const rows = [flagged()];
    expect(planFor(published, rows)).toMatchObject({ deliver: null, late: rows });
    const open = [flagged({ flagOpen: true })];
    expect(planFor({ ...published, removed: true }, open)).toMatchObject({ deliver: null, late: open });
  });
});

describe('what fits one signal', () => {
  test('is at most 50 facts, in order', () => {
    const rows = Array.from({ length: 60 }, packaged);
    expect(firstThatFit(rows, null)).toEqual(rows.slice(0, 50));
  });
  test('is at most 128 KiB, but always one', () => {
    const large = { bytes: 100 * 1024 };
    expect(firstThatFit([flagged(large), flagged(large)], null)).toHaveLength(1);
    expect(firstThatFit([flagged({ bytes: 900 * 1024 }), flagged()], null)).toHaveLength(1);
  });
  test('always has the cause, first', () => {
    const rows = Array.from({ length: 60 }, packaged);
    const cause = upload();
    const cut = firstThatFit([...rows, cause], cause);
    expect(cut).toHaveLength(50);
    expect(cut[0]).toBe(cause);
  });
});
