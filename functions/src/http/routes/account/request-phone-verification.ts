import { z } from 'zod';
import { parsePhone } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { accountPhone, DELIVERY_HEADER, PHONE_TAKEN } from './account-schemas.js';

const SENT = 'OTP sent to phone';

export const requestPhoneVerification = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/requestPhoneVerification',
    operationId: 'accountRequestPhoneVerification',
    summary: 'Send a code to a phone number that is to become the user’s',
    event: 'account.phone_code_sent',
    credentials: ['account'],
    scope: null,
    limits: ['phone_verifications', 'address_texts', 'code_sends'],
    idempotency: 'honoured',
    body: z.object({ phone: accountPhone }),
    responses: {
      200: {
        description: 'The code is on its way.',
        headers: DELIVERY_HEADER,
        schema: z.object({ message: z.literal(SENT) }),
      },
    },
    errors: ['already_exists', 'sms_not_allowed', 'sending_stopped', 'delivery_failed'],
    wording: {
      invalid_request: 'Invalid phone format',
      already_exists: PHONE_TAKEN,
      rate_limited: 'Too many requests',
    },
  },
  async ({ services: { mainApp, verification }, account: { user }, client, locale, body }) => {
    const to = await parsePhone(body.phone, mainApp.settings.defaultCountry, 'phone');
    const { state } = await verification.sendPhoneCode(user, to, client, locale);
    return { status: 200, body: { message: SENT }, headers: { 'OTP-Delivery': state } };
  },
);
