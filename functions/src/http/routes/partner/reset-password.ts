import { z } from 'zod';
import { parseEitherContact } from '../../../contacts/contact.js';
import { assertPartnerPassword } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { code, PASSWORD_UPDATED, password, passwordUpdated } from '../schemas.js';
import { eitherContact } from './partner-schemas.js';

export const resetPassword = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/forgot-password/reset',
    operationId: 'partnerResetPassword',
    summary: 'Set a new password with a reset code; every session of the user ends',
    event: 'password.reset',
    credentials: ['org'],
    scope: 'auth',
    limits: [],
    idempotency: 'honoured',
    body: z.object({ ...eitherContact, code, new_password: password }),
    responses: { 200: { description: 'The new password is in force.', schema: passwordUpdated } },
    errors: ['invalid_code', 'locked_out'],
  },
  async ({ services, caller: { org }, locale, body }) => {
    const contact = await parseEitherContact(body, org.settings.defaultCountry);
    assertPartnerPassword(body.new_password, org.settings, 'new_password');
    const uid = await services.passwords.reset(org, contact, body.code, body.new_password, locale);
    return { status: 200, body: { message: PASSWORD_UPDATED }, uid };
  },
);
