import { randomUUID } from 'node:crypto';
import type { KeyId } from '../../src/credentials/credential-id.js';
import type { CredentialDocument, CredentialRecord, NewCredential } from '../../src/credentials/credential-record.js';
import type { CredentialStore } from '../../src/credentials/credential-store.js';
import type { OrgPool } from '../../src/identity/pool.js';
import type { OrgId } from '../../src/orgs/org-id.js';
import type { OrgDocument } from '../../src/orgs/org-record.js';
import type { OrgStore } from '../../src/orgs/org-store.js';
import type { Ports } from '../../src/ports.js';
import type { ReservationClaim, ReservationKey } from '../../src/users/reservation-record.js';
import { type UserId, userId } from '../../src/users/user-id.js';
import type { UserDocument } from '../../src/users/user-record.js';
import { times } from './describe-contract.js';
import { newCredential, newOrg, newUser, storeOrg } from './records.js';

const LEASE = new Date('2030-01-01T00:00:00.123Z');

export async function storedOrg(store: OrgStore, org = newOrg()): Promise<OrgDocument> {
  await storeOrg(store, org);
  return readOrg(store, org.orgId);
}

export async function readOrg(store: OrgStore, id: OrgId): Promise<OrgDocument> {
  return there(await store.read(id));
}

/** Of an org, with its secret shown until then. */
export function issueOf(credential: NewCredential['credential'], until: Date | null = null): NewCredential {
  const shown = until === null ? null : { secret: `gh_secret_of_${credential.keyId}` as never, until };
  return { credential: { ...credential, secretShownUntil: until }, shown };
}

export async function storedCredential(
  store: CredentialStore,
  change: Partial<CredentialRecord>,
  until: Date | null = null,
): Promise<CredentialDocument> {
  const issue = issueOf(newCredential(change), until);
  await store.create(issue);
  return readCredential(store, issue.credential.keyId);
}

export async function readCredential(store: CredentialStore, key: KeyId): Promise<CredentialDocument> {
  return there(await store.read(key));
}

/** Claims on two contacts that nobody else has. */
export async function reservedContacts(
  { reservations }: Ports,
  pool: OrgPool,
  uid = userId.generate(),
): Promise<readonly ReservationClaim[]> {
  const keys = times(2, () => `contact-${randomUUID()}` as ReservationKey);
  const reservation = { pool, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil: LEASE } as const;
  return (await reservations.reserve(reservation)) ?? [];
}

export async function storedUser(ports: Ports, pool: OrgPool, user = newUser()): Promise<UserDocument> {
  await ports.users.create(pool, user, await reservedContacts(ports, pool));
  return readUser(ports, pool, user.uid);
}

export async function readUser({ users }: Ports, pool: OrgPool, uid: UserId): Promise<UserDocument> {
  return there(await users.read(pool, uid));
}

function there<T>(document: T | null): T {
  if (document === null) throw new Error('there is no such document');
  return document;
}
