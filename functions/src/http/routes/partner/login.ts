import { z } from 'zod';
import { RESEND_AFTER_SECONDS } from '../../../codes/code-policy.js';
import { parseEitherContact } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { password } from '../schemas.js';
import { eitherContact } from './partner-schemas.js';

export const login = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/login',
    operationId: 'partnerLogin',
    summary: 'Check a password and send a one-time code to the contact given',
    event: 'login.code_sent',
    credentials: ['org'],
    scope: 'auth',
    limits: ['code_sends', 'password_tries', 'client_password_tries'],
    idempotency: 'honoured',
    body: z.object({ ...eitherContact, password }),
    responses: {
      200: {
        description: 'The code is on its way.',
        headers: {
          'OTP-Expires-In': 'How long the code lives, in seconds.',
          'OTP-Resend-After': 'When to ask for another one, in seconds.',
          'OTP-Channel': 'Where the code went: `sms` or `email`.',
          'OTP-Delivery':
            '`sent` when the provider has taken the message; `pending` while nobody knows, or it is tried again.',
        },
        schema: z.object({ message: z.literal('OTP sent'), userId: z.string() }),
      },
    },
    errors: ['invalid_credentials', 'locked_out', 'sms_not_allowed', 'sending_stopped', 'delivery_failed'],
  },
  async ({ services, caller: { org }, client, locale, body }) => {
    const contact = await parseEitherContact(body, org.settings.defaultCountry);
    const sent = await services.login.start(org, contact, body.password, client, locale);
    const { uid, expiresInSeconds, channel, state } = sent;
    const headers = {
      'OTP-Expires-In': String(expiresInSeconds),
      'OTP-Resend-After': String(RESEND_AFTER_SECONDS),
      'OTP-Channel': channel,
      'OTP-Delivery': state,
    };
    return { status: 200, body: { message: 'OTP sent', userId: uid }, headers, uid };
  },
);
