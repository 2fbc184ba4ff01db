import { z } from 'zod';
import { defineRoute } from '../../route.js';
import { code } from '../schemas.js';
import { INVALID_CODE } from './account-schemas.js';

export const verifyEmail = defineRoute(
  {
    api: 'account',
    method: 'POST',
    path: '/auth/verifyEmail',
    operationId: 'accountVerifyEmail',
    summary: 'Verify the email of the session’s user with the code that went there',
    event: 'account.email_verified',
    credentials: ['account'],
    scope: null,
    limits: [],
    idempotency: 'honoured',
    body: z.object({ code }),
    responses: {
      200: { description: 'The email is verified.', schema: z.object({ verified: z.literal(true) }) },
    },
    errors: ['invalid_code', 'locked_out'],
    wording: { invalid_request: INVALID_CODE, invalid_code: INVALID_CODE },
  },
  async ({ services, account: { user }, body }) => {
    await services.verification.verifyEmail(user, body.code);
    return { status: 200, body: { verified: true } };
  },
);
