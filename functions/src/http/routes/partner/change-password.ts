import { z } from 'zod';
import { assertPartnerPassword, assertPasswordDiffers } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { PASSWORD_UPDATED, password, passwordUpdated } from '../schemas.js';

export const changePassword = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/change-password',
    operationId: 'partnerChangePassword',
    summary: 'Change the password of the session’s user; every other session ends',
    event: 'password.changed',
    credentials: ['org', 'session'],
    scope: 'auth',
    limits: ['password_tries', 'client_password_tries'],
    idempotency: 'none',
    body: z.object({ current_password: password, new_password: password }),
    responses: { 200: { description: 'The new password is in force.', schema: passwordUpdated } },
    errors: ['invalid_credentials', 'locked_out'],
  },
  async ({ services, caller: { org }, session, client, locale, attempt, body }) => {
    assertPartnerPassword(body.new_password, org.settings, 'new_password');
    assertPasswordDiffers(body.new_password, body.current_password, 'new_password');
    const change = { currentPassword: body.current_password, newPassword: body.new_password, attempt, locale };
    await services.passwords.change(org, session, client, change);
    return { status: 200, body: { message: PASSWORD_UPDATED } };
  },
);
