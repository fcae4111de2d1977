/** Every string in a value, however deep; bytes are read as UTF-8. One per line. */
export function textIn(value: unknown): string {
  const found: string[] = [];
  const collect = (part: unknown): void => {
    if (typeof part === 'string') found.push(part);
    else if (part instanceof Uint8Array) found.push(Buffer.from(part).toString('utf8'));
    else if (Array.isArray(part)) for (const one of part) collect(one);
    else if (typeof part === 'object' && part !== null) {
      for (const [name, one] of Object.entries(part)) {
        found.push(name);
        collect(one);
      }
    }
  };
  collect(value);
  return found.join('\n');
}
