import { rmSync } from 'node:fs';
import type { StartedForTests } from './stack';

async function globalTeardown(): Promise<void> {
  const started = (globalThis as StartedForTests).reelwayTestStack;
  if (!started) return;
  await started.stack.stop();
  rmSync(started.dir, { recursive: true, force: true });
}

export = globalTeardown;
