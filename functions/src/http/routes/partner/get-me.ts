import { z } from 'zod';
import { orgPool } from '../../../orgs/org-record.js';
import { defineRoute } from '../../route.js';
import { address } from './partner-schemas.js';

const profile = z.object({
  id: z.string(),
  partner_id: z.string(),
  email: z.string(),
  phone_number: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  date_of_birth: z.string().nullable(),
  address: address.nullable(),
  secondary_address: address.nullable(),
  kyc_status: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const getMe = defineRoute(
  {
    api: 'partner',
    method: 'GET',
    path: '/partner/users/me',
    operationId: 'partnerGetMe',
    summary: 'The profile of the session’s user, without the ssn',
    event: 'profile.read',
    credentials: ['org', 'session'],
    scope: 'users:read',
    limits: [],
    idempotency: 'none',
    body: null,
    responses: { 200: { description: 'The profile.', schema: profile } },
    errors: [],
  },
  async ({ services, caller: { org }, session }) => {
    const user = await services.users.profileOf(orgPool(org), session.uid);
    const { uid: id, email, phone_number, first_name, last_name, address: home, secondary_address, kyc_status } = user;
    const body = {
      id,
      partner_id: org.orgId,
      email,
      phone_number,
      first_name,
      last_name,
      date_of_birth: user.date_of_birth,
      address: home,
      secondary_address,
      kyc_status,
      metadata: parsed(user.metadata),
      is_active: user.status === 'active',
      created_at: user.createdAt.toISOString(),
      updated_at: user.updatedAt.toISOString(),
    };
    return { status: 200, body };
  },
);

/** What the partner gave; null where somebody has written something else there by hand. */
function parsed(metadata: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(metadata ?? 'null');
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
