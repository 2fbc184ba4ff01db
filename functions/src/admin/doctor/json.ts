import { isMap } from '../../lib/is-map.js';
import { FindingError, failed } from './check.js';

export type Json = Readonly<Record<string, unknown>>;

/** What lies at `a.b.c`; Google leaves out what is false, empty or zero. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (isMap(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);
}

export function isTrueAt(value: unknown, path: string): boolean {
  return valueAt(value, path) === true;
}

export function textAt(value: unknown, path: string): string {
  const text = valueAt(value, path);
  return typeof text === 'string' ? text : '';
}

/** A list of objects. @throws FindingError when there is something else in its place */
export function objectsAt(value: unknown, path: string): readonly Json[] {
  const list = valueAt(value, path) ?? [];
  if (!Array.isArray(list) || !list.every(isMap)) throw notAsDocumented();
  return list;
}

export function textsAt(value: unknown, path: string): readonly string[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

export function notAsDocumented(): FindingError {
  return new FindingError(
    failed(
      'The answer is not what the documentation of the API says.',
      'Check that no proxy answers in its place, and that this is the newest version of Gatehouse.',
    ),
  );
}
