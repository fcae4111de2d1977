import { testServerPart } from './parts/files';
import { allOrFirstFailure, checkNeeds, planParts } from './parts/plan';
import { fetchTestServer } from './fetch/test-server';
import { quiet, type Progress } from './progress';
import { PARTS } from './types';

/** Brings everything here that a start or the tests need, so that they need no network. */
export async function fetchAll(progress: Progress = quiet): Promise<void> {
  const tests = testServerPart();
  await checkNeeds([tests]);
  const plans = [...(await planParts(PARTS, {})), tests];
  await allOrFirstFailure(plans.map((plan) => plan.fetch(progress)));
}

/** The executable of the time-skipping test server, for createTimeSkipping; fetched at its first use. */
export const testServerCommand = (progress: Progress = quiet): Promise<string> =>
  fetchTestServer(progress.step('tests'));
