import { isMap } from '../../lib/is-map.js';
import { type Fields, UNREADABLE } from './values.js';

/** Admins edit documents by hand: each field is looked at before its type is relied on. */
export type Check<T> = (value: unknown) => value is T;

export const isText: Check<string> = (value) => typeof value === 'string';
export const isFlag: Check<boolean> = (value) => typeof value === 'boolean';
export const isNumber: Check<number> = (value): value is number => Number.isFinite(value);
export const isDate: Check<Date> = (value) => value instanceof Date;

/** What Firestore lets be a part of a path. */
const DOCUMENT_ID = /^(?!\.\.?$)(?!__.*__$)[^/]{1,300}$/s;
export const isDocumentId: Check<string> = (value): value is string => isText(value) && DOCUMENT_ID.test(value);

export function isOneOf<T extends string>(words: readonly T[]): Check<T> {
  return (value): value is T => words.some((word) => word === value);
}

export function isListOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check);
}

export function isMapOf<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> => isMap(value) && Object.values(value).every(check);
}

/** Whether it can be written back as it was read. */
export function isReadable(value: unknown): value is unknown {
  if (Array.isArray(value)) return value.every(isReadable);
  return isMap(value) ? Object.values(value).every(isReadable) : value !== UNREADABLE;
}

export function isNullOr<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function orNull<T>(check: Check<T>, value: unknown): T | null {
  return check(value) ? value : null;
}

export function orElse<T>(check: Check<T>, value: unknown, otherwise: T): T {
  return check(value) ? value : otherwise;
}

export const isTexts = isListOf(isText);
const isProblems = isMapOf(isText);

export function problemsOf(value: unknown): Readonly<Record<string, string>> {
  return orElse(isProblems, value, {});
}

/** Those of the fields that pass. */
export function passing(checks: Readonly<Record<string, Check<unknown>>>, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => Object.hasOwn(checks, name) && checks[name]?.(value)),
  );
}
