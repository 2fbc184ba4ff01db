import { z } from 'zod';
import { parseEmail } from '../../../contacts/contact.js';
import { assertPasswordAllowed } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { code, email, PASSWORD_UPDATED, password, passwordUpdated } from '../schemas.js';
import { INVALID_CODE } from './account-schemas.js';

export const resetPassword = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/resetPassword',
    operationId: 'accountResetPassword',
    summary: 'Set a new password with a reset code; every session of the user ends',
    event: 'account.password_reset',
    credentials: ['app_check'],
    scope: null,
    limits: [],
    idempotency: 'honoured',
    body: z.object({ email, code, newPassword: password }),
    responses: { 200: { description: 'The new password is in force.', schema: passwordUpdated } },
    errors: ['invalid_code', 'locked_out'],
    wording: { invalid_request: 'Password validation failed', invalid_code: INVALID_CODE },
  },
  async ({ services: { mainApp, passwords }, locale, body }) => {
    const address = parseEmail(body.email);
    assertPasswordAllowed(body.newPassword, mainApp.settings.passwordMinLength, 'newPassword');
    const uid = await passwords.reset(mainApp, address, body.code, body.newPassword, locale);
    return { status: 200, body: { message: PASSWORD_UPDATED }, uid };
  },
);
