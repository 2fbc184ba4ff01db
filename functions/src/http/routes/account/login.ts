import { z } from 'zod';
import { parseEmail } from '../../../contacts/contact.js';
import { defineRoute } from '../../route.js';
import { email, password } from '../schemas.js';
import { opened } from './account-schemas.js';

export const login = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/login',
    operationId: 'accountLogin',
    summary: 'Exchange email and password for a session',
    event: 'account.logged_in',
    credentials: ['app_check'],
    scope: null,
    limits: ['password_tries', 'client_password_tries'],
    idempotency: 'honoured',
    body: z.object({ email, password }),
    responses: { 200: { description: 'A fresh session.', schema: opened } },
    errors: ['invalid_credentials', 'locked_out'],
    wording: { invalid_request: 'Missing email or password', invalid_credentials: 'Invalid credentials' },
  },
  async ({ services, client, attempt, body }) => {
    const address = parseEmail(body.email);
    const { user, token } = await services.accountLogin.logIn(address, body.password, { client, attempt });
    const data = { uid: user.uid, email: user.email, token: token.token };
    return { status: 200, body: data, uid: user.uid };
  },
);
