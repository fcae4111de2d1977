/**
 * The value of a header that came once; undefined where it did not, or came twice. Node keeps the first of two and hides
 * the second: a proxy in front of us may have looked at the other one. name: lower case.
 */
export function onlyHeader(rawHeaders: string[], name: string): string | undefined {
  const values = rawHeaders.filter((_text, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
  return values.length === 1 ? values[0] : undefined;
}
