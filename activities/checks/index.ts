import type { Check } from './check';
import { duplicateCheck } from './duplicate';
import { textCheck } from './text';

/** All checks there are; which of them run is the policy's choice. */
export const CHECKS: readonly Check[] = [textCheck, duplicateCheck];
