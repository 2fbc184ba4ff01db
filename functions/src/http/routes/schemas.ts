import { z } from 'zod';

const TEXT_MAX = 256;

/** Text that every store takes: no lone surrogates, and not endless. */
export function text(min = 0, max = TEXT_MAX) {
  return z
    .string()
    .max(max)
    .min(min)
    .refine((value) => value.isWellFormed(), 'Must be well-formed Unicode.');
}

/** How well-formed a contact is, is found out when it is parsed. */
export const email = text(1, 320);
export const phone = text(1, 64);

/** Lengths of passwords are checked by the password policy, in characters; this keeps the value in bounds before that. */
export const password = text(1, 1_024);

export const code = text(4, 16).describe('The one-time code, as sent.');

export const PASSWORD_UPDATED = 'Password updated successfully';
export const passwordUpdated = z.object({ message: z.literal(PASSWORD_UPDATED) });

export const LOGGED_OUT = 'Logged out successfully';
export const loggedOut = z.object({ message: z.literal(LOGGED_OUT) });
