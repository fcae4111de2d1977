/** Ctrl-C as a wish to stop in order: what is in hand is finished. A second one ends the process as always. */
export function onInterrupt(): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const listener = (): void => {
    controller.abort();
  };
  process.once('SIGINT', listener);
  return { signal: controller.signal, close: () => process.removeListener('SIGINT', listener) };
}
