import { defineRoute } from '../../route.js';
import { LOGGED_OUT, loggedOut } from '../schemas.js';

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
      200: { description: 'The session is over.', schema: loggedOut },
    },
    errors: [],
  },
  async ({ services, session }) => {
    await services.sessions.end(session.sid);
    return { status: 200, body: { message: LOGGED_OUT } };
  },
);
