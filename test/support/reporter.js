'use strict';

/**
 * Prints the result as the very last line: "12 passed, 0 failed", with ", 1 skipped" where there are any.
 * A file that could not be run at all has no failed test, so it counts as one; so does a teardown that failed.
 */
class Reporter {
  onRunComplete(_contexts, results) {
    const passed = results.numPassedTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + (results.wasInterrupted ? 1 : 0);
    const skipped = results.numPendingTests + results.numTodoTests;
    // jest puts its own summary behind all reporters, and the teardown of the servers comes later still.
    process.once('exit', (code) => {
      const failures = failed === 0 && code !== 0 ? 1 : failed;
      const tail = skipped > 0 ? `, ${skipped} skipped` : '';
      process.stdout.write(`${passed} passed, ${failures} failed${tail}\n`);
    });
  }
}

module.exports = Reporter;
