/** Documents read at once of a list that is read whole. */
export const PAGE_SIZE = 300;

/** All of a list, or its first `most`. `read` answers the page that begins after the last of the page before. */
export async function allPages<T>(
  read: (limit: number, last: T | undefined) => Promise<readonly T[]>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const limit = Math.min(PAGE_SIZE, most - all.length);
    const page = limit <= 0 ? [] : await read(limit, all.at(-1));
    all.push(...page);
    if (limit <= 0 || page.length < limit) return all;
  }
}
