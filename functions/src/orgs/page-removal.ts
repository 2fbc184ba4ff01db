import { forEach } from '../lib/for-each.js';
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
    await forEach(page, DELETION_CONCURRENCY, remove);
    done += page.length;
    onProgress(done);
  }
}
