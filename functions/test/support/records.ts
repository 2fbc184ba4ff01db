import { randomUUID } from 'node:crypto';
import type { Contact } from '../../src/contacts/contact.js';
import { orgId } from '../../src/orgs/org-id.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS } from '../../src/orgs/org-record.js';
import type { Registration } from '../../src/users/registration-service.js';
import { userId } from '../../src/users/user-id.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { newRegistration } from './scenario.js';

/** Milliseconds are all that stores keep of a time. */
const NOW = new Date(Math.floor(Date.now() / 1_000) * 1_000);

export function newOrg(change: Partial<OrgRecord> = {}): OrgRecord {
  return {
    orgId: orgId.generate(),
    name: `Org ${randomUUID()}`,
    status: 'active',
    tenantId: `tenant-${randomUUID()}`,
    settings: DEFAULT_ORG_SETTINGS,
    createdAt: NOW,
    sessionsValidFrom: new Date(0),
    ...change,
  };
}

export function newUser(change: Partial<UserRecord> = {}): UserRecord {
  const { email, phone_number } = newRegistration();
  return {
    uid: userId.generate(),
    email,
    phone_number,
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
