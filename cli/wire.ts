/** Input as it travels: bytes as base64, and no field that is not given. */
export const asJson = (input: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('base64') : (value as unknown)]),
  );
