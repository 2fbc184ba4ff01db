/** Whether this is one of the heavy runs, whose doses are whole: `npm run test:heavy`. */
export const HEAVY = process.env['GATEHOUSE_HEAVY'] === '1';

/** How much of a thing: the usual dose, or the whole one in the heavy runs. */
export function dose<T>(usual: T, whole: T): T {
  return HEAVY ? whole : usual;
}

/** Works on all items, so many at once, and answers the results in the items' order. */
export async function atOnce<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
