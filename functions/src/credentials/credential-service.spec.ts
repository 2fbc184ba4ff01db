import { expect } from 'chai';
import { expectCode, ManualClock, rejection } from '../../test/support/unit-fixtures.js';
import { MemoryCredentialStore, MemoryOrgStore } from '../adapters/memory/memory-stores.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { type OrgId, orgId } from '../orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS, type OrgRecord, type OrgStatus } from '../orgs/org-record.js';
import { generateKeyId, generateSecret, type KeyId } from './credential-id.js';
import type { CredentialRecord } from './credential-record.js';
import { CredentialService, type IssuedCredential } from './credential-service.js';
import { SecretHasher } from './secret-hasher.js';

const CACHE_MS = 60_000;

class SpyCredentials extends MemoryCredentialStore {
  reads = 0;
  fault: Error | undefined;
  readonly created: CredentialRecord[] = [];

  override async find(keyId: KeyId): Promise<CredentialRecord | null> {
    this.reads += 1;
    if (this.fault !== undefined) throw this.fault;
    return super.find(keyId);
  }

  override async create(credential: CredentialRecord): Promise<void> {
    this.created.push(credential);
    await super.create(credential);
  }
}

class SpyOrgs extends MemoryOrgStore {
  reads = 0;

  override async find(id: OrgId): Promise<OrgRecord | null> {
    this.reads += 1;
    return super.find(id);
  }
}

class Office {
  readonly clock = new ManualClock();
  readonly credentials = new SpyCredentials();
  readonly orgs = new SpyOrgs();
  readonly hasher = new SecretHasher(4);
  readonly service = this.instance();
  readonly orgId = orgId.generate();

  /** Another process: the same stores, its own memory. */
  instance(): CredentialService {
    return new CredentialService(this);
  }

  async issue(status: OrgStatus = 'active'): Promise<IssuedCredential> {
    await this.orgs.create({
      orgId: this.orgId,
      name: 'Acme',
      status,
      tenantId: 'tenant-1',
      settings: DEFAULT_ORG_SETTINGS,
      createdAt: new Date(this.clock.now()),
      sessionsValidFrom: new Date(0),
    });
    return this.service.issue(this.orgId);
  }

  cost() {
    return { reads: this.credentials.reads + this.orgs.reads, bcrypt: this.hasher.comparisons };
  }
}

describe('CredentialService', () => {
  let office: Office;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new Office();
    issued = await office.issue();
  });

  const authenticate = ({ key, secret }: IssuedCredential = issued) => office.service.authenticate(key, secret);

  it('knows an org by its key and secret', async () => {
    const { org, keyId } = await authenticate();
    expect(org.orgId).to.equal(office.orgId);
    expect(keyId).to.equal(issued.key);
  });

  it('stores a bcrypt hash, and of the secret no more than its beginning', () => {
    const [stored] = office.credentials.created;
    expect(stored?.secretHash).to.match(/^\$2b\$/);
    expect(stored?.prefix).to.equal(issued.secret.slice(0, 19));
    expect(JSON.stringify(stored)).not.to.include(issued.secret.slice(15, 40));
  });

  /** C-01. */
  it('refuses what cannot be a secret without a read and without bcrypt', async () => {
    const bad: readonly (readonly [string | undefined, string | undefined])[] = [
      [undefined, undefined],
      [issued.key, undefined],
      [undefined, issued.secret],
      ['', ''],
      [issued.key, `${issued.secret.slice(0, -1)}${issued.secret.endsWith('0') ? '1' : '0'}`],
      [issued.key, issued.secret.toUpperCase()],
      [issued.key, ` ${issued.secret}`],
      [issued.secret, issued.key],
      ['../orgs/x', issued.secret],
      ['gh_key_live_', issued.secret],
      [`${issued.key}/x`, issued.secret],
      [issued.key, 'x'.repeat(100_000)],
    ];
    for (const [key, secret] of bad) await expectCode(office.service.authenticate(key, secret), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 0, bcrypt: 0 });
  });

  it('answers an unknown key and a wrong secret alike, at the same cost in bcrypt', async () => {
    const unknown = await expectCode(authenticate({ ...issued, key: generateKeyId('live') }), 'invalid_client');
    const wrong = await expectCode(authenticate({ ...issued, secret: generateSecret('live') }), 'invalid_client');
    expect(unknown.message).to.equal(wrong.message);
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 2 });
  });

  it('does not take another credential’s secret', async () => {
    const other = await office.service.issue(office.orgId);
    await authenticate(other);
    await expectCode(authenticate({ key: issued.key, secret: other.secret }), 'invalid_client');
    await expectCode(authenticate({ key: other.key, secret: issued.secret }), 'invalid_client');
  });

  /** C-02. */
  it('costs one bcrypt and two reads a minute for 1,000 requests with one key', async () => {
    for (let minute = 1; minute <= 3; minute += 1) {
      for (let request = 0; request < 1_000; request += 1) {
        await authenticate();
        office.clock.advance(CACHE_MS / 1_000);
      }
      expect(office.cost()).to.deep.equal({ reads: 2 * minute, bcrypt: minute });
    }
  });

  it('shares one verification among requests that come together', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => authenticate()));
    expect(new Set(all.map(({ org }) => org.orgId)).size).to.equal(1);
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 1 });
  });

  it('shares a failure with them, and forgets it', async () => {
    office.credentials.fault = new UnavailableError();
    const all = await Promise.all(Array.from({ length: 10 }, () => rejection(authenticate())));
    for (const error of all) expect(error).to.be.instanceOf(UnavailableError);
    expect(office.credentials.reads).to.equal(1);
    office.credentials.fault = undefined;
    await authenticate();
  });

  it('remembers no refusal: a secret that was refused is verified again', async () => {
    const wrong = { ...issued, secret: generateSecret('live') };
    for (let count = 1; count <= 3; count += 1) {
      await expectCode(authenticate(wrong), 'invalid_client');
      expect(office.hasher.comparisons).to.equal(count);
    }
  });

  it('keeps neither key nor secret in memory', async () => {
    await authenticate();
    const texts = textsIn(office.service, new Set());
    expect(texts.length).to.be.greaterThan(3);
    expect(texts.filter((text) => text.includes(issued.secret))).to.deep.equal([]);
  });

  /** C-04, C-06: by the clock, and at once in an instance that has not seen the key. */
  describe('is in force after 60 s, and at once elsewhere:', () => {
    const CHANGES: Readonly<
      Record<string, readonly [change: () => Promise<void>, code: 'invalid_client' | 'client_inactive']>
    > = {
      'a revoked credential': [() => office.credentials.setStatus(issued.key, 'revoked'), 'invalid_client'],
      'a suspended org': [() => office.orgs.setStatus(office.orgId, 'suspended'), 'client_inactive'],
      'a revoked org': [() => office.orgs.setStatus(office.orgId, 'revoked'), 'client_inactive'],
    };
    for (const [what, [change, code]] of Object.entries(CHANGES))
      it(what, async () => {
        await authenticate();
        office.clock.advance(1_000);
        await change();
        await expectCode(office.instance().authenticate(issued.key, issued.secret), code);
        office.clock.advance(CACHE_MS - 1_001);
        await authenticate();
        office.clock.advance(1);
        await expectCode(authenticate(), code);
      });

    it('a resumed org', async () => {
      await office.orgs.setStatus(office.orgId, 'suspended');
      await expectCode(authenticate(), 'client_inactive');
      await office.orgs.setStatus(office.orgId, 'active');
      office.clock.advance(CACHE_MS);
      await authenticate();
    });
  });

  it('counts the minute from before the read, however slow it was', async () => {
    const find = office.credentials.find.bind(office.credentials);
    office.credentials.find = async (key) => {
      const found = await find(key);
      office.clock.advance(2_000);
      return found;
    };
    await authenticate();
    await office.credentials.setStatus(issued.key, 'revoked');
    office.clock.advance(CACHE_MS - 2_000);
    await expectCode(authenticate(), 'invalid_client');
  });

  it('ends a credential at its expiry to the millisecond, though it is remembered', async () => {
    const [stored] = office.credentials.created;
    if (stored === undefined) throw new Error('nothing was issued');
    await office.credentials.create({ ...stored, expiresAt: new Date(office.clock.now() + 30_000) });
    await authenticate();
    office.clock.advance(29_999);
    await authenticate();
    office.clock.advance(1);
    await expectCode(authenticate(), 'invalid_client');
    await expectCode(office.instance().authenticate(issued.key, issued.secret), 'invalid_client');
  });

  it('refuses a credential whose org is gone', async () => {
    const orphan = await office.service.issue(orgId.generate());
    await expectCode(authenticate(orphan), 'invalid_client');
  });

  it('lets two credentials of an org live, for rotation, and end by themselves', async () => {
    const next = await office.service.issue(office.orgId);
    await authenticate(issued);
    await authenticate(next);
    await office.credentials.setStatus(issued.key, 'revoked');
    office.clock.advance(CACHE_MS);
    await expectCode(authenticate(issued), 'invalid_client');
    await authenticate(next);
  });
});

/** Every string that can be reached from an object. */
function textsIn(value: unknown, seen: Set<unknown>): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const entries = Symbol.iterator in value ? [...(value as Iterable<unknown>)] : [];
  const properties = Reflect.ownKeys(value).map((key) => Reflect.get(value, key) as unknown);
  return [...entries, ...properties].flatMap((part) => textsIn(part, seen));
}
