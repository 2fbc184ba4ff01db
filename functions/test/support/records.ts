import { randomInt, randomUUID } from 'node:crypto';
import { type Actor, type AuditRecord, auditRecord } from '../../src/audit/audit-record.js';
import type { ChallengeKey, ChallengeRecord } from '../../src/codes/challenge-record.js';
import type { Contact } from '../../src/contacts/contact.js';
import { generateKeyId } from '../../src/credentials/credential-id.js';
import type { CredentialRecord, NewCredential } from '../../src/credentials/credential-record.js';
import { deliveryId } from '../../src/delivery/delivery-id.js';
import type { DeliveryRecord } from '../../src/delivery/delivery-record.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS } from '../../src/orgs/org-settings.js';
import type { OrgStore } from '../../src/orgs/org-store.js';
import type { Registration } from '../../src/users/registration-service.js';
import { userId } from '../../src/users/user-id.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { newRegistration } from './scenario.js';

/** Milliseconds are all that stores keep of a time. */
const NOW = new Date(Math.floor(Date.now() / 1_000) * 1_000);

const LATER = new Date('2030-01-01T00:00:00.123Z');

/** Whoever acts in tests. */
export const BY: Actor = { kind: 'cli', id: 'tester', from: 'test-host', requestId: 'req-test' };

export function newOrg(change: Partial<OrgRecord> = {}): OrgRecord {
  return {
    orgId: orgId.generate(),
    name: `Org ${randomUUID()}`,
    status: 'active',
    environment: 'live',
    tenantId: `tenant-${randomUUID()}`,
    settings: DEFAULT_ORG_SETTINGS,
    createdAt: NOW,
    sessionsValidFrom: new Date(0),
    ...change,
  };
}

/** Brings an org in as it is when it is provisioned. */
export async function storeOrg(store: OrgStore, org: OrgRecord): Promise<void> {
  const { orgId: id, tenantId, createdAt, sessionsValidFrom, ...terms } = org;
  const done = { provisioning: 'done', provisioningMessage: null, provisioningRetryAt: null, problems: {} } as const;
  await store.create(id, { ...done, written: terms, inForce: terms, tenantId, createdAt, sessionsValidFrom }, []);
}

export function newAudit(id: OrgId | null, change: Partial<AuditRecord> = {}): AuditRecord {
  const target = { kind: 'org', id: id ?? 'main' } as const;
  return { ...auditRecord({ orgId: id, at: NOW, action: 'org.renamed', target, actor: BY }), ...change };
}

/** A credential as it is issued. */
export function newCredential(change: Partial<CredentialRecord> = {}): NewCredential['credential'] {
  return {
    keyId: generateKeyId('live'),
    orgId: orgId.generate(),
    name: 'Backend',
    status: 'active',
    scopes: ['auth', 'users:read'],
    expiresAt: null,
    allowedAddresses: null,
    secretHash: '$2b$04$hash',
    secretTag: 'dGFn',
    prefix: 'gh_secret_live_abcd',
    createdAt: NOW,
    createdBy: 'cli:tester',
    lastUsedAt: null,
    rotatedTo: null,
    secretShownUntil: null,
    ...change,
  };
}

/** What became of a message that its provider has taken. */
export function newDelivery(change: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    id: deliveryId.generate(),
    orgId: orgId.generate(),
    purpose: 'login',
    channel: 'sms',
    status: 'sent',
    provider: 'twilio',
    providerId: 'SM1',
    error: null,
    priceClass: 'sms_US',
    contactHash: 'a'.repeat(64),
    contactMask: '+1********43',
    tries: 1,
    retryAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    purgeAt: NOW,
    ...change,
  };
}

/** A place for codes that nobody else uses. */
export function newPlace(): ChallengeKey {
  return `place-${randomUUID()}` as ChallengeKey;
}

let asked = 0;

/** A code that was sent, asked for after every other. */
export function newChallenge(sibling: ChallengeKey | null = null): ChallengeRecord {
  asked += 1;
  return {
    challengeId: randomUUID(),
    serial: randomInt(1, 2 ** 48 - 1),
    sequence: asked,
    uid: 'usr_a',
    proves: 'email',
    mac: Buffer.from(randomUUID()).toString('base64url'),
    pepperVersion: 2,
    sibling,
    expiresAt: LATER,
    purgeAt: LATER,
  };
}

export function newUser(change: Partial<UserRecord> = {}): UserRecord {
  const { email, phone_number } = newRegistration();
  return {
    uid: userId.generate(),
    email,
    phone_number,
    email_verified: false,
    phone_verified: false,
    first_name: 'Ada',
    last_name: 'Lovelace',
    ssn: 'v1.sealed',
    date_of_birth: null,
    address: null,
    secondary_address: null,
    metadata: null,
    kyc_status: 'pending',
    status: 'active',
    role: 'user',
    createdAt: NOW,
    updatedAt: NOW,
    ...change,
  };
}

/** A checked request to register, of contacts that nobody has. */
export function checkedRegistration(change: Partial<Registration> = {}): Registration {
  const { email, phone_number, password } = newRegistration();
  const contact = (kind: Contact['kind'], value: string): Contact => ({ kind, value });
  return {
    email: contact('email', email),
    phone: contact('phone', phone_number),
    password,
    first_name: 'Ada',
    last_name: 'Lovelace',
    ssn: '123456789',
    date_of_birth: '1990-12-10',
    address: null,
    secondary_address: null,
    metadata: null,
    ...change,
  };
}
