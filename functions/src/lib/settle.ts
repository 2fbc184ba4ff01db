/** One of two, where there is nothing to be done. */
export const NOTHING = Promise.resolve(null);

/** Waits for both, so that nothing runs on behind a refused request; the first's error counts first. */
export async function settleBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
