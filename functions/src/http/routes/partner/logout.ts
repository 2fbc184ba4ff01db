import { z } from 'zod';
import { defineRoute } from '../../route.js';

export const logout = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/logout',
    operationId: 'partnerLogout',
    summary: 'End this session, at once and everywhere',
    event: 'session.ended',
    credentials: ['org', 'session'],
    scope: 'auth',
    limits: [],
    idempotency: 'none',
    body: null,
    responses: {
      200: { description: 'The session is over.', schema: z.object({ message: z.literal('Logged out successfully') }) },
    },
    errors: [],
  },
  async ({ services, session }) => {
    await services.sessions.end(session.sid);
    return { status: 200, body: { message: 'Logged out successfully' } };
  },
);
