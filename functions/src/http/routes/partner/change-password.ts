import { z } from 'zod';
import { assertPartnerPassword } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { password, passwordUpdated } from './partner-schemas.js';

export const changePassword = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/change-password',
    operationId: 'partnerChangePassword',
    summary: 'Change the password of the session’s user; every other session ends',
    credentials: ['org', 'session'],
    limits: ['password_tries'],
    idempotency: 'none',
    body: z.object({ current_password: password, new_password: password }),
    responses: { 200: { description: 'The new password is in force.', schema: passwordUpdated } },
    errors: ['invalid_credentials', 'rate_limited'],
  },
  async ({ services, caller: { org }, session, body }) => {
    assertPartnerPassword(body.new_password, org.settings, 'new_password');
    await services.passwords.change(org, session, body.current_password, body.new_password);
    return { status: 200, body: { message: 'Password updated successfully' } };
  },
);
