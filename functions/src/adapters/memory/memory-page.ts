/** The first of them by their place, which no two share; `after` is where the page before ended. */
export function pageOf<T>(all: Iterable<T>, placeOf: (one: T) => string, limit: number, after?: string): T[] {
  const rest = [...all].filter((one) => after === undefined || placeOf(one) > after);
  return rest.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1)).slice(0, limit);
}

/** The same for what is due at a time, the longest due first; what has no time is never due. */
export function duePageOf<T>(
  all: Iterable<T>,
  dueOf: (one: T) => { readonly at: Date | null; readonly id: string },
  time: Date,
  limit: number,
  after?: T,
): T[] {
  const placeOf = (one: T) => `${dueOf(one).at?.toISOString()} ${dueOf(one).id}`;
  const due = [...all].filter((one) => {
    const { at } = dueOf(one);
    return at !== null && at <= time;
  });
  return pageOf(due, placeOf, limit, after === undefined ? undefined : placeOf(after));
}
