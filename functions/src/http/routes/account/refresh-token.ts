import { z } from 'zod';
import { defineRoute } from '../../route.js';

export const refreshToken = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/refreshToken',
    operationId: 'accountRefreshToken',
    summary: 'A new token of the same session, which ends 30 days after its login whatever happens',
    event: 'account.token_refreshed',
    credentials: ['account'],
    scope: null,
    limits: [],
    idempotency: 'none',
    body: null,
    responses: {
      200: { description: 'The new token.', schema: z.object({ token: z.string() }) },
    },
    errors: [],
  },
  async ({ services, account }) => {
    const { token } = await services.accountSessions.refresh(account);
    return { status: 200, body: { token } };
  },
);
