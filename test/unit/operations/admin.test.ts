import type { Right } from '../../../contracts/model/rights';
import { ADMIN_OPERATIONS, operationEntries, type AnyOperation, type OperationName } from '../../../operations/admin';
import { MASK, operation, perform, type AdminDeps } from '../../../operations/admin/operation';
import { z } from 'zod';

const entries = operationEntries();
const NO_DEPS = {} as AdminDeps;

describe('the table of operations', () => {
  it('has each route once, and no field of a path that the input does not have', () => {
    const routes = entries.map(([, { method, path }]) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(routes.length);
    for (const [name, entry] of entries) {
      const { shape } = entry.input as unknown as z.ZodObject;
      const fields = [...entry.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
      expect([name, fields.filter((field) => !Object.hasOwn(shape, field))]).toEqual([name, []]);
    }
  });

  it.each(entries)('%s refuses fields that nobody knows, an actor among them', (_name, entry) => {
    for (const field of ['actor', 'rights', '__proto__']) {
      const given = JSON.parse(`{"${field}": "anna"}`) as object;
      const issues = entry.input.safeParse(given).error?.issues ?? [];
      expect(issues).toContainEqual(expect.objectContaining({ code: 'unrecognized_keys', keys: [field] }));
    }
  });

  it('lets viewers read and nothing else', () => {
    const reads = entries.filter(([, { right, more }]) => right === 'viewer' && !more).map(([name]) => name);
    expect(reads).toEqual([
      ...['list', 'show', 'glance', 'explain', 'audit', 'deadLetters', 'deadLetterHours', 'countDeadLetters'],
      ...['asset', 'assetConflicts'],
      ...['queues', 'checkTopics', 'bridgeStatus', 'deployment', 'doctor'],
    ]);
  });

  it('keeps for admins what cannot be undone and what is secret-class', () => {
    const forAdmins = entries.filter(([, { right }]) => right === 'admin').map(([name]) => name);
    expect(forAdmins).toEqual([
      ...['takedown', 'restore'],
      ...['deadLetter', 'exportDeadLetters', 'discardDeadLetters', 'correctDeadLetter', 'resumeBridge'],
      ...['ramp', 'promote', 'rollBack'],
    ]);
  });

  const command = { contentId: 'c-1', reason: 'r', commandId: 'x' };
  it.each<[OperationName, object, Right]>([
    ['decide', { ...command, decision: 'REMOVED' }, 'admin'],
    ['decide', { ...command, decision: 'APPROVED' }, 'operator'],
    ['skip', { ...command, rendition: '720p' }, 'operator'],
    ['skip', { ...command, stage: 'moderate' }, 'moderation-skip'],
    ['gc', { remove: false }, 'viewer'],
    ['gc', { remove: true }, 'admin'],
    ['redriveDeadLetters', { commandId: 'x', ids: ['1'], force: true }, 'admin'],
    ['redriveDeadLetters', { commandId: 'x', ids: ['1'], correction: 'e30=' }, 'admin'],
    ['redriveDeadLetters', { commandId: 'x', ids: ['1'] }, 'operator'],
    ['reconcile', { fix: true }, 'admin'],
    ['reconcile', { fix: false }, 'viewer'],
  ])('%s %j needs %s', (name, input, right) => {
    const entry = ADMIN_OPERATIONS[name] as unknown as AnyOperation;
    const parsed = entry.input.parse(input);
    expect(entry.more?.if(parsed) ? entry.more.right : entry.right).toBe(right);
  });
});

describe('an operation', () => {
  const entry = operation({
    method: 'POST',
    path: '/things',
    right: 'operator',
    more: { right: 'moderation-skip', when: 'for moderation', if: ({ stage }) => stage === 'moderate' },
    about: 'Skip a stage.',
    input: z.strictObject({ stage: z.string() }),
    run: (_deps, actor, { stage }) => Promise.resolve({ actor, stage, key: 'secret' }),
    masked: (answer) => ({ ...answer, key: MASK }),
  });
  const as = (...rights: Right[]) => ({ actor: 'anna', rights });
  const refused = (code: string, text: string) =>
    expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error;

  it('is carried out as the caller, who sees what he may', async () => {
    const given = { stage: 'package' };
    const expected = { actor: 'anna', stage: 'package' };
    expect(await perform(entry, NO_DEPS, as('operator'), given)).toEqual({ ...expected, key: MASK });
    expect(await perform(entry, NO_DEPS, as('admin'), given)).toEqual({ ...expected, key: 'secret' });
  });

  it('is refused before its input is looked at where the right is missing', () => {
    expect(() => perform(entry, NO_DEPS, as('viewer'), 'rubbish')).toThrow(refused('RIGHT_MISSING', 'operator'));
    expect(() => perform(entry, NO_DEPS, as('operator'), 'rubbish')).toThrow(refused('INPUT_INVALID', 'input'));
  });

  it('needs the right beside the ladder where the input says so, of admins too', async () => {
    const given = { stage: 'moderate' };
    expect(() => perform(entry, NO_DEPS, as('admin'), given)).toThrow(refused('RIGHT_MISSING', 'moderation-skip'));
    expect(await perform(entry, NO_DEPS, as('operator', 'moderation-skip'), given)).toMatchObject({
      stage: 'moderate',
    });
  });
});
