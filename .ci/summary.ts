/** Adds up vitest's JSON reports and prints the closing line; exits 1 when anything failed. */
import { existsSync, readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

const [stepsFailed = '0', ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of files) {
  if (!existsSync(file)) {
    console.log(`no report: ${file}`);
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
}
if (skipped > 0) console.log(`${skipped} tests were skipped, which CI does not allow`);
const problems = failed + skipped;
// A step may fail without a failed test: lint, types, a crash of the runner.
const total = problems === 0 && Number(stepsFailed) > 0 ? Number(stepsFailed) : problems;
console.log(`${passed} passed, ${total} failed`);
process.exit(total === 0 ? 0 : 1);
