import pLimit from 'p-limit';

/** So many at once. Waits for all of them, so that nothing runs on behind an error; the first error is the one thrown. */
export async function forEach<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const limit = pLimit(atOnce);
  const results = await Promise.allSettled([...items].map((item) => limit(work, item)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
