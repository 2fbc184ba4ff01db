import { z } from 'zod';
import { assertPasswordAllowed, assertPasswordDiffers } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { PASSWORD_UPDATED, password, passwordUpdated } from '../schemas.js';

export const changePassword = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/changePassword',
    operationId: 'accountChangePassword',
    summary: 'Change the password of the session’s user; every other session ends',
    event: 'account.password_changed',
    credentials: ['account'],
    scope: null,
    limits: ['password_tries', 'client_password_tries'],
    idempotency: 'none',
    body: z.object({ oldPassword: password, newPassword: password }),
    responses: { 200: { description: 'The new password is in force.', schema: passwordUpdated } },
    errors: ['invalid_credentials', 'locked_out'],
    wording: {
      invalid_request: 'Password validation failed',
      invalid_credentials: 'Incorrect current password',
    },
  },
  async ({ services: { mainApp, passwords }, account: { session, user }, client, locale, attempt, body }) => {
    assertPasswordAllowed(body.newPassword, mainApp.settings.passwordMinLength, 'newPassword');
    assertPasswordDiffers(body.newPassword, body.oldPassword, 'newPassword');
    const change = { currentPassword: body.oldPassword, newPassword: body.newPassword, user, attempt, locale };
    await passwords.change(mainApp, session, client, change);
    return { status: 200, body: { message: PASSWORD_UPDATED } };
  },
);
