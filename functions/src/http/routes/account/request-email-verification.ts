import { z } from 'zod';
import { defineRoute } from '../../route.js';
import { DELIVERY_HEADER } from './account-schemas.js';

const SENT = 'OTP sent to email';

export const requestEmailVerification = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/requestEmailVerification',
    operationId: 'accountRequestEmailVerification',
    summary: 'Send a code that verifies the email of the session’s user',
    event: 'account.email_code_sent',
    credentials: ['account'],
    scope: null,
    limits: ['code_sends'],
    idempotency: 'honoured',
    body: null,
    responses: {
      200: {
        description: 'The code is on its way.',
        headers: DELIVERY_HEADER,
        schema: z.object({ message: z.literal(SENT) }),
      },
    },
    // Of an account without an email.
    errors: ['invalid_request', 'sending_stopped', 'delivery_failed'],
    wording: { rate_limited: 'Too many requests' },
  },
  async ({ services, account: { user }, locale }) => {
    const { state } = await services.verification.sendEmailCode(user, locale);
    return { status: 200, body: { message: SENT }, headers: { 'OTP-Delivery': state } };
  },
);
