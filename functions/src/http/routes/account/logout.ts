import { defineRoute } from '../../route.js';
import { LOGGED_OUT, loggedOut } from '../schemas.js';

export const logout = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/logout',
    operationId: 'accountLogout',
    summary: 'End this session, at once and everywhere; of the client SDK, everything that the user has signed in to',
    event: 'account.logged_out',
    credentials: ['account'],
    scope: null,
    limits: [],
    idempotency: 'none',
    body: null,
    responses: { 200: { description: 'The session is over.', schema: loggedOut } },
    errors: [],
  },
  async ({ services, account }) => {
    await services.accountSessions.end(account);
    return { status: 200, body: { message: LOGGED_OUT } };
  },
);
