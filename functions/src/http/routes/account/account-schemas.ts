import { z } from 'zod';
import { phone } from '../schemas.js';

export const accountPhone = phone.describe('E.164, such as +14155552671.');

/** A success of the Account API, as it is documented. */
export function succeeded<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), statusCode: z.literal(200), data, error: z.null() });
}

export function success(data: unknown) {
  return { success: true, statusCode: 200, data, error: null };
}

export const opened = succeeded(z.object({ uid: z.string(), email: z.string(), token: z.string() }));

export const INVALID_CODE = 'Invalid or expired code';
export const PHONE_TAKEN = 'This phone number belongs to another account';

/** What became of a code that was asked for, in a header: the body is as it is documented. */
export const DELIVERY_HEADER = {
  'OTP-Delivery': '`sent` when the provider has taken the message; `pending` while nobody knows, or it is tried again.',
};
