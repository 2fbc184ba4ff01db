// Mocha's own `spec` output, and its true counts in a file for whoever has to report them.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const Spec = require('mocha').reporters.Spec;

const SUMMARY_FILE =
  process.env['GATEHOUSE_TEST_SUMMARY'] ?? join(__dirname, '..', '..', '.local', 'test-summary.json');

module.exports = class CountingReporter extends Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      mkdirSync(join(SUMMARY_FILE, '..'), { recursive: true });
      writeFileSync(SUMMARY_FILE, `${JSON.stringify({ passed: passes, failed: failures, pending })}\n`);
    });
  }
};
