import { z } from 'zod';
import { parsePhone } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { code } from '../schemas.js';
import { accountPhone, PHONE_TAKEN } from './account-schemas.js';

const INVALID = 'Invalid phone format or OTP';

export const verifyPhone = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/verifyPhone',
    operationId: 'accountVerifyPhone',
    summary: 'Make a phone number the user’s with the code that went there',
    event: 'account.phone_verified',
    credentials: ['account'],
    scope: null,
    limits: [],
    idempotency: 'honoured',
    body: z.object({ phone: accountPhone, code }),
    responses: {
      200: {
        description:
          'The number is the user’s. Where it took the place of another, the user’s other sessions are over.',
        schema: z.object({ verified: z.literal(true) }),
      },
    },
    errors: ['invalid_code', 'locked_out', 'already_exists'],
    wording: {
      invalid_request: INVALID,
      invalid_code: INVALID,
      already_exists: PHONE_TAKEN,
    },
  },
  async ({ services: { mainApp, verification }, account, locale, body }) => {
    const number = await parsePhone(body.phone, mainApp.settings.defaultCountry, 'phone');
    await verification.verifyPhone(account, number, body.code, locale);
    return { status: 200, body: { verified: true } };
  },
);
