import { z } from 'zod';
import { parseEmail, parsePhone } from '../../../contacts/contact.js';
import { InvalidRequestError } from '../../../errors/gatehouse-error.js';
import { orgPool } from '../../../orgs/org-record.js';
import { assertPartnerPassword } from '../../../users/password-policy.js';
import { METADATA_MAX_BYTES } from '../../../users/registration-policy.js';
import { defineRoute } from '../../route.js';
import { password, text } from '../schemas.js';
import { address } from './partner-schemas.js';

// Taken as it is: a copy by zod would lose a key such as `__proto__`.
const metadata = z
  .unknown()
  .refine(isPlainObject, 'Must be an object.')
  .meta({ type: 'object', description: 'Any JSON object up to 16 kB; comes back equal.' });

const body = z.object({
  email: text(1, 320),
  phone_number: text(10, 64),
  first_name: text(1, 100),
  last_name: text(1, 100),
  password,
  ssn: z.string().regex(/^\d{3}-?\d{2}-?\d{4}$/, 'Must be nine digits, as 123-45-6789 or 123456789.'),
  date_of_birth: z.iso.date('Must be a date, YYYY-MM-DD.').nullish(),
  address: address.nullish(),
  secondary_address: address.nullish(),
  metadata: metadata.nullish(),
});

const registered = z.object({
  userId: z.string(),
  email: z.string(),
  phone_number: z.string(),
  first_name: z.string(),
  last_name: z.string(),
});

export const register = defineRoute(
  {
    api: 'partner',
    method: 'POST',
    path: '/partner/auth/register',
    operationId: 'partnerRegister',
    summary: 'Register a user of your organization',
    event: 'user.registered',
    credentials: ['org'],
    scope: 'auth',
    limits: [],
    idempotency: 'honoured',
    body,
    responses: { 201: { description: 'The user exists and can log in.', schema: registered } },
    errors: ['already_exists', 'belongs_to_main_app'],
  },
  async ({ services, caller: { org }, attempt, body: given }) => {
    const { defaultCountry } = org.settings;
    const email = parseEmail(given.email);
    const phone = await parsePhone(given.phone_number, defaultCountry);
    assertPartnerPassword(given.password, org.settings, 'password');
    const registration = {
      email,
      phone,
      password: given.password,
      first_name: given.first_name,
      last_name: given.last_name,
      ssn: given.ssn.replaceAll('-', ''),
      date_of_birth: given.date_of_birth ?? null,
      address: given.address ?? null,
      secondary_address: given.secondary_address ?? null,
      metadata: given.metadata == null ? null : encodeMetadata(given.metadata),
    };
    const user = await services.registration.register(orgPool(org), registration, attempt);
    const { uid: userId, phone_number, first_name, last_name } = user;
    return { status: 201, body: { userId, email: user.email, phone_number, first_name, last_name }, uid: userId };
  },
);

/** @throws InvalidRequestError */
function encodeMetadata(metadata: Record<string, unknown>): string {
  const json = stringify(metadata);
  if (json !== null && Buffer.byteLength(json) <= METADATA_MAX_BYTES) return json;
  throw new InvalidRequestError([
    { path: 'metadata', message: 'Must be at most 16 kB of JSON, not nested thousands deep.' },
  ]);
}

/** JSON.parse reads nesting that JSON.stringify runs out of stack on. */
function stringify(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
