import { z } from 'zod';

/** What admins call a thing: on one line, and nothing in it that can't be seen. */
export function displayName(max: number) {
  const problem = `Must be a text of 1 to ${max} characters without control characters.`;
  return z
    .string(problem)
    .trim()
    .min(1, problem)
    .max(max, problem)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, problem);
}
