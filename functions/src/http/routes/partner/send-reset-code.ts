import { z } from 'zod';
import { parseEitherContact } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { eitherContact } from './partner-schemas.js';

const MESSAGE = 'If an account exists for that contact, a password reset OTP has been sent.';

export const sendResetCode = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/forgot-password/send-otp',
    operationId: 'partnerSendResetCode',
    summary: 'Send a password reset code, if anybody has the contact',
    event: 'password.reset_code_sent',
    credentials: ['org'],
    scope: 'auth',
    limits: ['code_sends'],
    idempotency: 'honoured',
    body: z.object(eitherContact),
    responses: {
      200: {
        description: 'The same for known and unknown contacts.',
        schema: z.object({ message: z.literal(MESSAGE) }),
      },
    },
    errors: [],
  },
  async ({ services, caller: { org }, locale, body }) => {
    const contact = await parseEitherContact(body, org.settings.defaultCountry);
    await services.passwords.sendResetCode(org, contact, locale);
    return { status: 200, body: { message: MESSAGE } };
  },
);
