import { z } from 'zod';
import { phone } from '../schemas.js';

export const accountPhone = phone.describe('E.164, such as +14155552671.');

export const opened = z.object({ uid: z.string(), email: z.string(), token: z.string() });

export const INVALID_CODE = 'Invalid or expired code';
export const PHONE_TAKEN = 'This phone number belongs to another account';

/** What became of a code that was asked for, in a header: the body is as it is documented. */
export const DELIVERY_HEADER = {
  'OTP-Delivery': '`sent` when the provider has taken the message; `pending` while nobody knows, or it is tried again.',
};
