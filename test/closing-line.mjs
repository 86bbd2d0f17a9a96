/** Jest reporter: names what was skipped, then the closing line in its plainest form. */
class ClosingLine {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((test) => test.status === 'pending').map((test) => test.fullName),
    );
    const suites = [...new Set(skipped.map((name) => /^.*?\(skipped: [^)]*\)/.exec(name)?.[0] ?? name))];
    for (const name of suites) process.stdout.write(`skipped: ${name}\n`);
    // A file that could not even be loaded holds no test, and is a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const tail = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`);
  }
}

// Jest asks for a default export.
export default ClosingLine;
