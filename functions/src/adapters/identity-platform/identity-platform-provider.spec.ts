import { expect } from 'chai';
import { adminCall, OUTAGE_REASONS, publicCall, ToolkitStub } from '../../../test/support/toolkit-stub.js';
import { expectCode, newPool } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { userId } from '../../users/user-id.js';
import { IdentityPlatformProvider } from './identity-platform-provider.js';

const POOL = newPool('tenant-a');
const UID = userId.generate();
const EMAIL = 'ada@example.com';
const PASSWORD = 'pass "wörd" 🔑\\';
const NEW = { uid: UID, email: EMAIL, password: PASSWORD };

describe('IdentityPlatformProvider', () => {
  let google: ToolkitStub;
  let provider: IdentityPlatformProvider;
  beforeEach(async () => {
    google = new ToolkitStub();
    await google.start();
    provider = new IdentityPlatformProvider(google.client());
  });
  afterEach(() => google.stop());

  describe('asks, in one request, for', () => {
    const ASKED: readonly (readonly [what: string, ask: () => Promise<unknown>, call: object])[] = [
      [
        'a new user of a tenant',
        () => provider.create(POOL, NEW),
        adminCall('tenants/tenant-a/accounts', {
          localId: UID,
          email: EMAIL,
          password: PASSWORD,
          emailVerified: false,
        }),
      ],
      [
        'a new user of the main app',
        () => provider.create(MAIN_POOL, NEW),
        adminCall('accounts', { localId: UID, email: EMAIL, password: PASSWORD, emailVerified: false }),
      ],
      [
        'a user by uid',
        () => provider.find(POOL, UID),
        adminCall('tenants/tenant-a/accounts:lookup', { localId: [UID] }),
      ],
      [
        'users by contact',
        () => provider.anyWithContact(MAIN_POOL, { email: EMAIL, phone: '+12025550143' }),
        adminCall('accounts:lookup', { email: [EMAIL], phoneNumber: ['+12025550143'] }),
      ],
      [
        'a password check in a tenant',
        () => provider.checkPassword(POOL, EMAIL, PASSWORD),
        publicCall('accounts:signInWithPassword', {
          email: EMAIL,
          password: PASSWORD,
          returnSecureToken: false,
          tenantId: 'tenant-a',
        }),
      ],
      [
        'a password check in the main app',
        () => provider.checkPassword(MAIN_POOL, EMAIL, PASSWORD),
        publicCall('accounts:signInWithPassword', { email: EMAIL, password: PASSWORD, returnSecureToken: false }),
      ],
      [
        'a new password',
        () => provider.setPassword(POOL, UID, PASSWORD),
        adminCall('tenants/tenant-a/accounts:update', { localId: UID, password: PASSWORD }),
      ],
      [
        'a disabled user',
        () => provider.setDisabled(POOL, UID, true),
        adminCall('tenants/tenant-a/accounts:update', { localId: UID, disableUser: true }),
      ],
      [
        'an enabled user',
        () => provider.setDisabled(MAIN_POOL, UID, false),
        adminCall('accounts:update', { localId: UID, disableUser: false }),
      ],
      ['a deletion', () => provider.delete(POOL, UID), adminCall('tenants/tenant-a/accounts:delete', { localId: UID })],
    ];
    for (const [what, ask, call] of ASKED)
      it(what, async () => {
        google.answers({ kind: 'identitytoolkit#Response', localId: UID });
        await ask();
        expect(google.asked()).to.deep.equal(call);
      });
  });

  it('reads users from answers with and without any', async () => {
    google.answers({ kind: 'identitytoolkit#GetAccountInfoResponse', users: [{ localId: UID, email: EMAIL }] });
    expect(await provider.find(POOL, UID)).to.deep.equal({ email: EMAIL });
    expect(await provider.anyWithContact(POOL, { email: EMAIL, phone: '+1' })).to.equal(true);
    google.answers({ users: [{ localId: UID, phoneNumber: '+12025550143' }] });
    expect(await provider.find(POOL, UID)).to.deep.equal({ email: null });
    for (const answer of [{ kind: 'identitytoolkit#GetAccountInfoResponse' }, { users: [] }]) {
      google.answers(answer);
      expect(await provider.find(POOL, UID)).to.equal(null);
      expect(await provider.anyWithContact(POOL, { email: EMAIL, phone: '+1' })).to.equal(false);
    }
  });

  it('accepts a password and answers whose it is', async () => {
    google.answers({ localId: UID, email: EMAIL, registered: true });
    expect(await provider.checkPassword(POOL, EMAIL, PASSWORD)).to.deep.equal({ outcome: 'accepted', uid: UID });
  });

  for (const reason of ['EMAIL_EXISTS', 'DUPLICATE_LOCAL_ID'])
    it(`creates none: ${reason} is "taken"`, async () => {
      google.refuses(reason);
      expect(await provider.create(POOL, NEW)).to.equal('taken');
    });

  it('creates none of an address that Identity Platform does not take: the request is not valid', async () => {
    for (const message of ['INVALID_EMAIL', 'INVALID_EMAIL : for people']) {
      google.refuses(message);
      const { details } = await expectCode(provider.create(POOL, NEW), 'invalid_request');
      expect(details).to.deep.equal([{ path: 'email', message: 'Must be a valid email address.' }]);
    }
  });

  const WRONG_PASSWORD = [
    'INVALID_LOGIN_CREDENTIALS',
    'INVALID_PASSWORD',
    'EMAIL_NOT_FOUND',
    'USER_DISABLED',
    'INVALID_EMAIL',
  ];
  for (const reason of WRONG_PASSWORD)
    it(`refuses a password: ${reason}, whatever stands behind it`, async () => {
      for (const message of [reason, `${reason} : for people`]) {
        google.refuses(message);
        expect(await provider.checkPassword(POOL, EMAIL, PASSWORD)).to.deep.equal({ outcome: 'refused' });
      }
    });

  it('says that a user is gone, except when deleting', async () => {
    google.refuses('USER_NOT_FOUND');
    await expectCode(provider.setPassword(POOL, UID, PASSWORD), 'not_found');
    await expectCode(provider.setDisabled(POOL, UID, true), 'not_found');
    await provider.delete(POOL, UID);
  });

  it('has nobody to delete once the tenant was deleted, with all of its users', async () => {
    google.refuses('TENANT_NOT_FOUND');
    await provider.delete(POOL, UID);
  });

  /** Nothing is known of the password then: "refused" would count against the user, or open what must stay shut. */
  describe('is unavailable, never "refused" or "taken"', () => {
    const METHODS: Readonly<Record<string, () => Promise<unknown>>> = {
      create: () => provider.create(POOL, NEW),
      find: () => provider.find(POOL, UID),
      anyWithContact: () => provider.anyWithContact(POOL, { email: EMAIL, phone: '+1' }),
      checkPassword: () => provider.checkPassword(POOL, EMAIL, PASSWORD),
      setPassword: () => provider.setPassword(POOL, UID, PASSWORD),
      setDisabled: () => provider.setDisabled(POOL, UID, true),
      delete: () => provider.delete(POOL, UID),
    };
    for (const [name, method] of Object.entries(METHODS)) {
      it(`${name}: on each of ${OUTAGE_REASONS.length} reasons that are not the request's`, async () => {
        const reasons = OUTAGE_REASONS.filter((reason) => name !== 'delete' || reason !== 'TENANT_NOT_FOUND');
        for (const reason of reasons)
          for (const status of [400, 403, 429, 500, 503]) {
            google.refuses(reason, status);
            await expectCode(method(), 'unavailable');
          }
      });

      it(`${name}: without an answer, or with one that is no JSON`, async () => {
        for (const answer of ['hang', 'drop', { status: 200, text: '<html>' }, { status: 502, text: '' }] as const) {
          google.answer = answer;
          await expectCode(method(), 'unavailable');
        }
      });
    }

    it('checkPassword: on an answer without a uid', async () => {
      for (const answer of [{}, { localId: null }]) {
        google.answers(answer);
        await expectCode(provider.checkPassword(POOL, EMAIL, PASSWORD), 'unavailable');
      }
    });
  });
});
