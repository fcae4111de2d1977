import { z } from 'zod';
import { bridgeStatus, resumeBridge } from '../bridge';
import { deployment, promote, ramp, rollBack } from '../deployments';
import { doctor } from '../doctor';
import { rebuildRankings } from '../engagement/rebuild';
import { queues } from '../queues';
import { reconcile } from '../reconcile';
import { checkTopics } from '../topics';
import { nothing, reason } from './fields';
import { operation } from './operation';

const buildId = z.string().meta({ description: 'from the deployment' });

/** It walks over all that is open. */
const RECONCILE_WITHIN_MS = 60_000;

export const platform = {
  queues: operation({
    method: 'GET',
    path: '/queues',
    right: 'viewer',
    about: 'Task queues: who asks for work, what waits and for how long.',
    input: nothing,
    run: (deps) => queues(deps),
  }),
  reconcile: operation({
    method: 'POST',
    path: '/reconcile',
    right: 'viewer',
    more: { right: 'admin', when: 'with fix', if: ({ fix }) => fix },
    about: 'Compare contents in Postgres with runs in Temporal, and with objects in the store.',
    input: z.strictObject({ fix: z.boolean(), objects: z.boolean().exactOptional() }),
    withinMs: RECONCILE_WITHIN_MS,
    run: (deps, actor, input) => reconcile(deps, { ...input, actor }),
    masked: (found) => ({ ...found, differences: found.differences.map(({ keys: _keys, ...one }) => one) }),
  }),
  checkTopics: operation({
    method: 'GET',
    path: '/topics',
    right: 'viewer',
    about: 'Compare the topics of the broker with the topic table.',
    input: nothing,
    run: (deps) => checkTopics(deps),
  }),
  bridgeStatus: operation({
    method: 'GET',
    path: '/bridge',
    right: 'viewer',
    about: 'How far the bridge is, what waits in its inbox, and what it stopped by itself.',
    input: nothing,
    run: (deps) => bridgeStatus(deps),
  }),
  resumeBridge: operation({
    method: 'POST',
    path: '/bridge/resume',
    right: 'admin',
    about: 'Go on with what the bridge stopped by itself.',
    input: z.strictObject({ scope: z.string().meta({ description: 'TOPIC/PARTITION, or starts' }), reason }),
    run: (deps, actor, input) => resumeBridge(deps, { ...input, actor }),
  }),
  rebuildTrending: operation({
    method: 'POST',
    path: '/trending/rebuild',
    right: 'operator',
    about: 'Make the trending and ratings sets in Redis anew from Postgres.',
    input: z.strictObject({ reason: reason.exactOptional() }),
    withinMs: RECONCILE_WITHIN_MS,
    run: (deps, actor, input) => rebuildRankings(deps, { ...input, actor }),
  }),
  deployment: operation({
    method: 'GET',
    path: '/deployment',
    right: 'viewer',
    about: 'Builds of the workflow code, and which of them runs go on with.',
    input: nothing,
    run: (deps) => deployment(deps),
  }),
  ramp: operation({
    method: 'POST',
    path: '/deployment/ramp',
    right: 'admin',
    about: 'Let a share of the runs go on with a build.',
    input: z.strictObject({ buildId, percent: z.number(), reason }),
    run: (deps, actor, input) => ramp(deps, { ...input, actor }),
  }),
  promote: operation({
    method: 'POST',
    path: '/deployment/promote',
    right: 'admin',
    about: 'Make a build current.',
    input: z.strictObject({ buildId, reason }),
    run: (deps, actor, input) => promote(deps, { ...input, actor }),
  }),
  rollBack: operation({
    method: 'POST',
    path: '/deployment/rollback',
    right: 'admin',
    about: 'Take back the last step: end a ramp, else make the build current again that was so before.',
    input: z.strictObject({ reason }),
    run: (deps, actor, input) => rollBack(deps, { ...input, actor }),
  }),
  doctor: operation({
    method: 'GET',
    path: '/doctor',
    right: 'viewer',
    about: 'Look at every service, tool and file that this process needs.',
    input: nothing,
    run: (deps) => doctor(deps),
  }),
};
