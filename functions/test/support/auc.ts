/**
 * The chance that a sample of `a` is below one of `b`, ties counting half (Mann-Whitney's U over all pairs): 0.5 when the two
 * can't be told apart, 0 or 1 when one look is enough. By ranks, so that outliers, of which timings are full, weigh no more
 * than their place.
 */
export function auc(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new Error('no samples');
  const all = [...a.map((value) => ({ value, ofB: false })), ...b.map((value) => ({ value, ofB: true }))];
  all.sort((one, other) => one.value - other.value);
  let rankSum = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    // Ranks start + 1 … end are shared by equals.
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(({ ofB }) => ofB).length;
    start = end;
  }
  const u = rankSum - (b.length * (b.length + 1)) / 2;
  return u / (a.length * b.length);
}
