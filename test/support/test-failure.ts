/** What test support throws: an outcome that did not come, a process that leaked. */
export class TestFailure extends Error {
  override readonly name = 'TestFailure';

  constructor(message: string, cause: unknown = null) {
    super(message, { cause });
  }
}
