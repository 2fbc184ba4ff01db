/** Fields that belong to us; a caller who could set one would be somebody else, or more. */
export const PRIVILEGED: Readonly<Record<string, unknown>> = {
  tenantId: 'tenant-x',
  tenant_id: 'tenant-x',
  org_id: 'org_x',
  orgId: 'org_x',
  partner_id: 'org_x',
  poolId: 'main',
  uid: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
  userId: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
  id: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
  localId: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
  sid: 'ses_AAAAAAAAAAAAAAAAAAAAAA',
  role: 'admin',
  roles: ['admin'],
  status: 'banned',
  is_active: false,
  kyc_status: 'approved',
  disabled: true,
  emailVerified: true,
  email_verified: true,
  customClaims: { admin: true },
  customAttributes: '{"admin":true}',
  createdAt: '2001-01-01T00:00:00Z',
  registrationId: 'mine',
  expiresAt: 9_999_999_999_999,
  claims: { role: 'admin' },
};

/** Ids that would be another path, a reserved name, or too long for Firestore. */
export const IDS = [
  '../x',
  'a/b',
  '.',
  '..',
  '__x__',
  'x'.repeat(1_501),
  'a\u0000b',
  '',
  '/',
  'ses_',
  '%2e%2e',
  'ses_../../orgs/x',
];
/** Well-formed, of nobody. */
export const SID = `ses_${'A'.repeat(22)}`;
