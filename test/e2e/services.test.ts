import { expectInvariants } from '../support/invariants';
import { createItem } from '../support/story';
import { createWorld, type World } from '../support/world';

const SERVICES = {
  REELWAY_TRANSCODE_EXECUTOR: 'service',
  REELWAY_MODERATE_EXECUTOR: 'service',
  REELWAY_PACKAGE_EXECUTOR: 'service',
  REELWAY_SILENCE: 'review',
};

jest.setTimeout(240_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: SERVICES });
  await world.spawnReelway(['up']);
});
afterAll(() => expectInvariants(world));
afterAll(() => world.close());

describe('with every stage executed by other services, which speak through Kafka alone', () => {
  it('a content is published when their events come in order', async () => {
    const item = await createItem(world, { history: 'services-in-order' });
    await item.upload();
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    const shown = await item.reaches({ status: 'PUBLISHED' });
    expect(shown).toMatchObject({ visibility: 'PUBLISHED', attention: false, generation: 1, revision: 1 });
    expect(shown.facts.map((fact) => fact.outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('a content is published when their events come in reverse order', async () => {
    const item = await createItem(world, { history: 'services-reversed' });
    await item.packaged();
    await item.approved('APPROVED');
    await item.transcoded();
    await item.reaches({ status: 'DRAFT' });
    await item.upload();
    const shown = await item.reaches({ status: 'PUBLISHED' });
    expect(shown.facts.map((fact) => fact.outcome)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });
});

describe.each(['before', 'after'] as const)('a flag %s the transcode fact', (when) => {
  const begin = async (decision: string) => {
    const item = await createItem(world, { history: `flag-${when}-${decision}` });
    await item.upload();
    if (when === 'before') await item.flagged();
    await item.transcoded();
    if (when === 'after') await item.flagged();
    await item.packaged();
    await item.reaches({ status: 'AWAITING_REVIEW' });
    return item;
  };

  it('and APPROVED: it is published once', async () => {
    const item = await begin('approved');
    await item.approved('APPROVED');
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED' });
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('and AGE_GATED: it is published with age_gated true', async () => {
    const item = await begin('age-gated');
    await item.approved('AGE_GATED');
    await item.reaches({ status: 'PUBLISHED', visibility: 'AGE_GATED' });
    const published = (await world.topics.read('media.published')).filter((one) => one.key === item.id);
    expect(published.map((one) => one.json.payload['age_gated'])).toEqual([true]);
  });

  it('and EDIT_REQUESTED: nothing is published until a new upload has passed all stages again', async () => {
    const item = await begin('edit');
    await item.approved('EDIT_REQUESTED');
    await item.reaches({ status: 'AWAITING_CREATOR', failureCode: 'EDIT_REQUESTED', attention: false });
    expect(await item.told()).toEqual({});
    await item.upload({ session: 's-edited' });
    await item.reaches({ status: 'WAITING', stage: 'transcode', revision: 2 });
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED', revision: 2 });
    expect(await item.told()).toEqual({ 'media.published': 1 });
  });

  it('and EDIT_REQUESTED, then a newer APPROVED: it is published', async () => {
    const item = await begin('edit-then-approved');
    await item.approved('EDIT_REQUESTED');
    await item.reaches({ status: 'AWAITING_CREATOR' });
    await item.approved('APPROVED');
    await item.reaches({ status: 'PUBLISHED', revision: 1 });
  });
});

describe('an approval', () => {
  it('older than its flag clears nothing', async () => {
    const item = await createItem(world);
    await item.upload();
    await item.flagged('2026-01-02T00:00:00Z');
    await item.transcoded();
    await item.packaged();
    await item.reaches({ status: 'AWAITING_REVIEW' });
    const old = await item.approved('APPROVED', '2026-01-01T00:00:00Z');
    await item.upload(); // the same upload again: once it is answered, so is the approval before it
    const shown = await item.reaches({ status: 'AWAITING_REVIEW' });
    expect(shown.visibility).toBe('HIDDEN');
    await item.approved('APPROVED');
    const ended = await item.reaches({ status: 'PUBLISHED' });
    expect(ended.facts.find((fact) => fact.eventId === old)).toMatchObject({
      outcome: 'late',
      code: 'OLDER_THAN_FLAG',
    });
  });
});

describe('a flag after publication', () => {
  it('hides the content at once, opens a review, and its decision publishes it again', async () => {
    const item = await createItem(world, { history: 'flag-after-publication' });
    await item.upload();
    await item.transcoded();
    await item.approved('APPROVED');
    await item.packaged();
    await item.reaches({ status: 'PUBLISHED' });
    await item.flagged();
    await item.reaches({ visibility: 'HIDDEN', attention: true });
    await item.reaches({ status: 'AWAITING_REVIEW', generation: 2, attention: true });
    await item.approved('APPROVED');
    await item.reaches({ status: 'PUBLISHED', visibility: 'PUBLISHED', generation: 2 });
    expect(await item.told()).toEqual({ 'media.published': 2 });
  });
});
