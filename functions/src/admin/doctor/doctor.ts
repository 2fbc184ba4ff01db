import { DeadlineExceededError, withDeadline } from '../../lib/deadline.js';
import { type Check, type CheckResult, type Finding, FindingError, failed } from './check.js';
import { CHECK_DEADLINE_MS } from './doctor-policy.js';

/** Runs all checks at the same time. `onResult` hears each as it ends; the answer has them in the order of `checks`. */
export async function runDoctor(
  checks: readonly Check[],
  onResult: (result: CheckResult) => void = () => {},
  deadlineMs = CHECK_DEADLINE_MS,
): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async (check) => {
      const result = { name: check.name, ...(await findingOf(check, deadlineMs)) };
      onResult(result);
      return result;
    }),
  );
}

async function findingOf(check: Check, deadlineMs: number): Promise<Finding> {
  try {
    return await withDeadline(deadlineMs, () => check.run());
  } catch (error) {
    if (error instanceof FindingError) return error.finding;
    if (error instanceof DeadlineExceededError)
      return failed(`There was no result within ${deadlineMs / 1_000} seconds.`, 'Check the network and try again.');
    // Its message is not shown: it may hold what the check was working with.
    const kind = error instanceof Error ? error.name : typeof error;
    return failed(`The check itself broke (${kind}).`, 'This is a bug of the doctor: please report it.');
  }
}
