import { z } from 'zod';
import { parseEmail } from '../../../contacts/contact.js';
import { assertPasswordAllowed } from '../../../users/password-policy.js';
import { defineRoute } from '../../route.js';
import { email, password, text } from '../schemas.js';
import { opened } from './account-schemas.js';

export const signup = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/signup',
    operationId: 'accountSignup',
    summary: 'Create an account with email and password; a code that verifies the email is sent',
    event: 'account.signed_up',
    credentials: ['app_check'],
    scope: null,
    limits: ['account_signups', 'code_sends'],
    idempotency: 'honoured',
    body: z.object({ email, password, firstName: text(1, 100), lastName: text(1, 100) }),
    responses: {
      200: {
        description: 'The account exists, with a session.',
        headers: {
          'OTP-Delivery': 'What became of the code: `sent`, `pending`, or `failed`: ask for another one.',
        },
        schema: opened,
      },
    },
    // The latter where an earlier try has made the account, and it has another password by now.
    errors: ['already_exists', 'invalid_credentials'],
    wording: {
      invalid_request: 'Invalid email format or password too weak',
      already_exists: 'Email already exists',
    },
  },
  async ({ services, client, attempt, locale, body: given }) => {
    const address = parseEmail(given.email);
    assertPasswordAllowed(given.password, services.mainApp.settings.passwordMinLength, 'password');
    const { firstName: first_name, lastName: last_name } = given;
    const signingUp = { email: address, password: given.password, first_name, last_name };
    const { user, token, delivery } = await services.signup.signUp(signingUp, { client, attempt, locale });
    const data = { uid: user.uid, email: user.email, token: token.token };
    return { status: 200, body: data, headers: { 'OTP-Delivery': delivery }, uid: user.uid };
  },
);
