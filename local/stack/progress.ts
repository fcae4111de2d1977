/** One piece of work that people wait for. */
export interface Step {
  /** What it does now; also a sign of life. */
  say(text: string): void;
  done(text: string): void;
  failed(): void;
}

export interface Progress {
  step(name: string): Step;
}

/** How often a long step says that it is alive. */
const SIGN_OF_LIFE_MS = 10_000;

const nothing = (): void => undefined;
export const quiet: Progress = { step: () => ({ say: nothing, done: nothing, failed: nothing }) };

type Write = (text: string) => void;

/** A line when a step begins or ends, and one every 10 s between. On a terminal the signs of life redraw one line. */
export function reportTo(stream: NodeJS.WriteStream = process.stderr): Progress {
  const write: Write = (text) => void stream.write(text);
  const clear = stream.isTTY ? '\r\u001b[K' : '';
  return { step: (name) => startStep(name, write, clear) };
}

function startStep(name: string, write: Write, clear: string): Step {
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const line = (text: string): void => write(`${clear}${name.padEnd(9)} ${text}\n`);
  let current = '';
  const alive = (): void =>
    clear === '' ? line(`${current} … ${seconds()}`) : write(`${clear}${name.padEnd(9)} ${current} … ${seconds()}`);
  const timer = setInterval(() => current !== '' && alive(), clear === '' ? SIGN_OF_LIFE_MS : 1000).unref();
  return {
    say: (text) => {
      // A changed count is no news of its own; the next sign of life shows it.
      const news = withoutNumbers(text) !== withoutNumbers(current);
      current = text;
      if (news) line(text);
    },
    done: (text) => {
      clearInterval(timer);
      line(`${text} (${seconds()})`);
    },
    failed: () => {
      clearInterval(timer);
      line(`failed after ${seconds()}`);
    },
  };
}

const withoutNumbers = (text: string): string => text.replaceAll(/\d+/g, '');
