import { writeFileSync } from 'node:fs';
import { createLog } from '../platform/log';
import { BUNDLE_FILE, bundleWorkflows } from './workflow-bundle';

/** Last step of `npm run build`. */
async function main(): Promise<void> {
  writeFileSync(BUNDLE_FILE, await bundleWorkflows(createLog({ level: 'warn' })));
}

void main();
