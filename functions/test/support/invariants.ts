import firestoreModule, { type Firestore } from '@google-cloud/firestore';
import { readConfig } from '../../src/config/config.js';
import type { Contact } from '../../src/contacts/contact.js';
import { reservationKey } from '../../src/users/reservation-key.js';
import type { TestOrg } from './api-client.js';
import { testStack } from './global-stack.js';

/** What must be empty whenever no registration is under way (R-02). */
export interface Orphans {
  /** Identities without a profile, and profiles without an identity. */
  readonly users: readonly string[];
  readonly profiles: readonly string[];
  /** Reservations that are not held by the profile which has the contact. */
  readonly reservations: readonly string[];
}

export interface Stored {
  readonly identities: readonly { readonly uid: string; readonly email: string }[];
  readonly profiles: readonly { readonly uid: string; readonly email: string; readonly phone: string }[];
  readonly reservations: ReadonlyMap<string, { readonly uid: string; readonly state: string }>;
}

/** Reads past our own code what an org has stored, and what of it does not belong together. */
export class InvariantChecker {
  private readonly db: Firestore;
  private readonly indexKey = readConfig(testStack().env).secrets.indexKey;

  constructor() {
    const { projectId, firestoreEmulator } = testStack();
    const { Firestore: Client } = firestoreModule as unknown as typeof import('@google-cloud/firestore');
    const customHeaders = { Authorization: 'Bearer owner' };
    this.db = new Client({ projectId, host: firestoreEmulator, ssl: false, customHeaders });
  }

  close(): Promise<void> {
    return this.db.terminate();
  }

  /** `contacts` are all that were ever asked for: reservations are found by them, their ids tell nothing. */
  async orphans(org: TestOrg, contacts: readonly Contact[]): Promise<Orphans> {
    const { identities, profiles, reservations } = await this.read(org, contacts);
    const having = new Set(profiles.map(({ uid }) => uid));
    const existing = new Set(identities.map(({ uid }) => uid));
    const owners = new Map(
      profiles.flatMap(({ uid, email, phone }) => [email, phone].map((one) => [one, uid] as const)),
    );
    const wrong = contacts.filter(({ value }) => {
      const reservation = reservations.get(value);
      const owner = owners.get(value);
      if (reservation === undefined) return owner !== undefined;
      return reservation.state !== 'held' || reservation.uid !== owner;
    });
    return {
      users: identities.filter(({ uid }) => !having.has(uid)).map(({ uid }) => uid),
      profiles: profiles.filter(({ uid }) => !existing.has(uid)).map(({ uid }) => uid),
      reservations: wrong.map(({ value }) => `${value}: ${JSON.stringify(reservations.get(value) ?? 'none')}`),
    };
  }

  async profilesWith({ org }: TestOrg, email: string): Promise<string[]> {
    const found = await this.db.collection(`orgs/${org.orgId}/users`).where('email', '==', email).get();
    return found.docs.map(({ id }) => id);
  }

  async read(org: TestOrg, contacts: readonly Contact[]): Promise<Stored> {
    const { orgId, tenantId } = org.org;
    const pool = { id: orgId, tenantId };
    const profiles = (await this.db.collection(`orgs/${orgId}/users`).get()).docs.map((one) => ({
      uid: one.id,
      email: String(one.get('email')),
      phone: String(one.get('phone_number')),
    }));
    const reservations = new Map<string, { uid: string; state: string }>();
    for (const contact of contacts) {
      const found = await this.db.doc(`reservations/${reservationKey(this.indexKey, pool, contact)}`).get();
      if (found.exists) reservations.set(contact.value, { uid: found.get('uid'), state: found.get('state') });
    }
    return { identities: await identitiesOf(tenantId), profiles, reservations };
  }
}

async function identitiesOf(tenantId: string): Promise<{ uid: string; email: string }[]> {
  const { authEmulator, projectId } = testStack();
  const base = `http://${authEmulator}/identitytoolkit.googleapis.com/v1/projects/${projectId}/tenants/${tenantId}`;
  const found: { uid: string; email: string }[] = [];
  for (let page: string | undefined = ''; page !== undefined; ) {
    const response = await fetch(`${base}/accounts:batchGet?maxResults=500${page && `&nextPageToken=${page}`}`, {
      headers: { authorization: 'Bearer owner' },
    });
    type Page = { users?: { localId: string; email: string }[]; nextPageToken?: string };
    const { users = [], nextPageToken } = (await response.json()) as Page;
    found.push(...users.map(({ localId: uid, email }) => ({ uid, email })));
    page = users.length === 500 ? nextPageToken : undefined;
  }
  return found;
}
