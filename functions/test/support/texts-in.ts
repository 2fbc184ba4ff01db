/** Every string that can be reached from an object. */
export function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const entries = Symbol.iterator in value ? [...(value as Iterable<unknown>)] : [];
  const properties = Reflect.ownKeys(value).map((key) => Reflect.get(value, key) as unknown);
  return [...entries, ...properties].flatMap((part) => textsIn(part, seen));
}
