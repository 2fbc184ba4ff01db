import { z } from 'zod';
import { email, phone, text } from '../schemas.js';

/** Exactly one of the two; which one is checked with the value itself. */
export const eitherContact = {
  email: email.optional().describe('Either email or phone_number, exactly one.'),
  phone_number: phone
    .optional()
    .describe('E.164 recommended; a national number is read as one of the organization’s default country.'),
};

export const address = z.object({
  line1: text().optional(),
  line2: text().optional(),
  city: text().optional(),
  state: text().optional(),
  zipcode: text(0, 32).optional(),
  country: text(0, 64).optional(),
});
