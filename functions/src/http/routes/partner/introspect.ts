import { z } from 'zod';
import { InvalidSessionError } from '../../../errors/gatehouse-error.js';
import { orgPool } from '../../../orgs/org-record.js';
import { defineRoute } from '../../route.js';

const live = z.object({
  active: z.literal(true),
  sub: z.string(),
  org_id: z.string(),
  sid: z.string(),
  exp: z.int().describe('Seconds since the epoch.'),
  iat: z.int().describe('Seconds since the epoch.'),
  kyc_status: z.string(),
});

export const introspect = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/introspect',
    operationId: 'partnerIntrospect',
    summary: 'Whether a session token is live (RFC 7662)',
    event: 'session.introspected',
    credentials: ['org'],
    scope: 'auth',
    limits: [],
    idempotency: 'none',
    body: z.object({ token: z.string() }),
    responses: {
      200: {
        description: 'Never an error for a bad token.',
        schema: z.union([live, z.object({ active: z.literal(false) })]),
      },
    },
    errors: [],
  },
  async ({ services, caller: { org }, body }) => {
    try {
      const { sid, uid, createdAt, expiresAt } = await services.sessions.authenticate(org, body.token);
      const { kyc_status } = await services.users.profileOf(orgPool(org), uid);
      const seconds = (date: Date) => Math.floor(date.getTime() / 1_000);
      return {
        status: 200,
        body: {
          active: true,
          sub: uid,
          org_id: org.orgId,
          sid,
          exp: seconds(expiresAt),
          iat: seconds(createdAt),
          kyc_status,
        },
        uid,
      };
    } catch (error) {
      if (error instanceof InvalidSessionError) return { status: 200, body: { active: false } };
      throw error;
    }
  },
);
