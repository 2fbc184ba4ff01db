import { expect } from 'chai';
import { EMAIL, NEW, PASSWORD, PHONE, POOL, UID } from '../../../test/support/identity-samples.js';
import { adminCall, publicCall, stubbedToolkit } from '../../../test/support/toolkit-stub.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { IdentityPlatformProvider } from './identity-platform-provider.js';

describe('IdentityPlatformProvider asks, in one request, for', () => {
  const google = stubbedToolkit();
  let provider: IdentityPlatformProvider;
  beforeEach(() => {
    provider = new IdentityPlatformProvider(google.client());
  });

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
      'a user by email',
      () => provider.findByContact(POOL, { kind: 'email', value: EMAIL }),
      adminCall('tenants/tenant-a/accounts:lookup', { email: [EMAIL] }),
    ],
    [
      'a user by phone number',
      () => provider.findByContact(MAIN_POOL, { kind: 'phone', value: PHONE }),
      adminCall('accounts:lookup', { phoneNumber: [PHONE] }),
    ],
    [
      'users by contact',
      () => provider.anyWithContact(MAIN_POOL, { email: EMAIL, phone: PHONE }),
      adminCall('accounts:lookup', { email: [EMAIL], phoneNumber: [PHONE] }),
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
    [
      'a verified email',
      () => provider.markEmailVerified(MAIN_POOL, UID),
      adminCall('accounts:update', { localId: UID, emailVerified: true }),
    ],
    [
      'a phone number',
      () => provider.setPhone(MAIN_POOL, UID, PHONE),
      adminCall('accounts:update', { localId: UID, phoneNumber: PHONE }),
    ],
    [
      'the end of sign-ins, in seconds as text',
      () => provider.endSignIns(MAIN_POOL, UID, new Date(1_768_478_401_000)),
      adminCall('accounts:update', { localId: UID, validSince: '1768478401' }),
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
