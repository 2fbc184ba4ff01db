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

/** Lengths of passwords are checked by the password policy, in characters; this keeps the value in bounds before that. */
export const password = text(1, 1_024);

/** Exactly one of the two; which one is checked with the value itself. */
export const eitherContact = {
  email: text(1, 320).optional().describe('Either email or phone_number, exactly one.'),
  phone_number: text(1, 64)
    .optional()
    .describe('E.164 recommended; a national number is read as one of the organization’s default country.'),
};

export const code = text(4, 16).describe('The one-time code, as sent.');

export const address = z.object({
  line1: text().optional(),
  line2: text().optional(),
  city: text().optional(),
  state: text().optional(),
  zipcode: text(0, 32).optional(),
  country: text(0, 64).optional(),
});

export const passwordUpdated = z.object({ message: z.literal('Password updated successfully') });
