import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Problems } from './edited.js';

/** What is to hold from now on, or in words what to write instead; both where what was written can't be left without effect. */
export type Verdict<T> = { readonly value: T; readonly problem?: string } | { readonly problem: string };
/** Judges what was written, beside what holds. */
export type Rule<T> = (written: unknown, inForce: T) => Verdict<T>;
export type Rules<Terms> = { readonly [Field in keyof Terms]-?: Rule<Terms[Field]> };
export type Written<Terms> = { readonly [Field in keyof Terms]?: unknown };

export interface Review<Terms> {
  /** With each field that was good. */
  readonly inForce: Terms;
  readonly problems: Problems;
  readonly changed: readonly (keyof Terms & string)[];
}

/** Judges each field by itself, so that one bad value does not hold up the good ones beside it. */
export function review<Terms extends object>(
  rules: Rules<Terms>,
  written: Written<Terms>,
  inForce: Terms,
): Review<Terms> {
  const reviewed = { ...inForce };
  const problems: Record<string, string> = {};
  const changed: (keyof Terms & string)[] = [];
  for (const field of Object.keys(rules) as (keyof Terms & string)[]) {
    const verdict = rules[field](written[field], inForce[field]);
    if (verdict.problem !== undefined) problems[field] = verdict.problem;
    if (!('value' in verdict) || isDeepStrictEqual(verdict.value, inForce[field])) continue;
    reviewed[field] = verdict.value;
    changed.push(field);
  }
  return { inForce: reviewed, problems, changed };
}

/** A rule that looks at the value alone. */
export function shaped<T>(schema: z.ZodType<T>): (written: unknown) => Verdict<T> {
  return (written) => {
    const result = schema.safeParse(written);
    if (result.success) return { value: result.data };
    const [issue] = result.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    return { problem: `${place}${issue?.message ?? 'Not valid.'}` };
  };
}
