import { z } from 'zod';
import { parseEitherContact } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { code } from '../schemas.js';
import { eitherContact } from './partner-schemas.js';

const verified = z.object({
  sessionToken: z.string(),
  expiresAt: z.int().describe('Milliseconds since the epoch.'),
  user: z.object({
    id: z.string(),
    email: z.string(),
    phone_number: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    kyc_status: z.string(),
  }),
});

export const verifyOtp = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/verify-otp',
    operationId: 'partnerVerifyOtp',
    summary: 'Exchange a one-time code for a session',
    event: 'login.completed',
    credentials: ['org'],
    scope: 'auth',
    limits: [],
    idempotency: 'honoured',
    body: z.object({ ...eitherContact, code }),
    responses: { 200: { description: 'A fresh session.', schema: verified } },
    errors: ['invalid_code', 'locked_out', 'user_inactive'],
  },
  async ({ services, caller: { org }, client, locale, attempt, body }) => {
    const contact = await parseEitherContact(body, org.settings.defaultCountry);
    const { token, user } = await services.login.finish(org, contact, body.code, { client, attempt, locale });
    const { uid: id, email, phone_number, first_name, last_name, kyc_status } = user;
    const view = { id, email, phone_number, first_name, last_name, kyc_status };
    return { status: 200, body: { sessionToken: token.token, expiresAt: token.expiresAt, user: view }, uid: id };
  },
);
