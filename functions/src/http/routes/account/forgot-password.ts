import { z } from 'zod';
import { parseEmail } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { email } from '../schemas.js';

export const forgotPassword = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/forgotPassword',
    operationId: 'accountForgotPassword',
    summary: 'Send a password reset code by email',
    event: 'account.reset_code_sent',
    credentials: ['app_check'],
    scope: null,
    limits: ['code_sends'],
    idempotency: 'honoured',
    body: z.object({ email }),
    responses: {
      200: {
        description: 'The code is on its way. With ACCOUNT_HIDE_EXISTENCE, the same for emails that nobody has.',
        schema: z.null(),
      },
    },
    errors: ['not_found'],
    wording: { invalid_request: 'Invalid email format', not_found: 'User not found' },
  },
  async ({ services: { mainApp, passwords }, locale, body }) => {
    await passwords.sendResetCode(mainApp, parseEmail(body.email), locale);
    return { status: 200, body: null };
  },
);
