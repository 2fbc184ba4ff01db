import pLimit from 'p-limit';
import { DELETION_CONCURRENCY } from './org-deletion-policy.js';

/**
 * Removes what is listed, until nothing is: always the first page, since what somebody adds meanwhile may come before what
 * was seen already. Tells after each page how many it were so far.
 */
export async function removeAll<T>(
  list: () => Promise<readonly T[]>,
  remove: (one: T) => Promise<void>,
  onProgress: (done: number) => void,
): Promise<void> {
  for (let done = 0; ; ) {
    const page = await list();
    if (page.length === 0) return;
    await forEach(page, remove);
    done += page.length;
    onProgress(done);
  }
}

/** Some at once. Waits for all of them, so that nothing runs on behind an error. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const limit = pLimit(DELETION_CONCURRENCY);
  const results = await Promise.allSettled(items.map((item) => limit(work, item)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
