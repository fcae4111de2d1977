import { inTime } from '../../../api/admin/in-time';

const never = new Promise<never>(() => undefined);

describe('an answer', () => {
  it('that comes in time is given, and so is its failure', async () => {
    expect(await inTime(60_000, undefined, Promise.resolve(5))).toBe(5);
    await expect(inTime(60_000, 'x', Promise.reject(new RangeError('no')))).rejects.toThrow('no');
  });

  it('that does not come leaves the outcome of a command unknown, to be repeated under its id', async () => {
    await expect(inTime(1, 'x-1', never)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      hint: expect.stringContaining('x-1') as string,
    });
  });

  it('that does not come is a service that is away where nothing was to change', async () => {
    await expect(inTime(1, undefined, never)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  });
});
