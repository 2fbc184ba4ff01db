import { expect } from 'chai';
import { UnsecuredJWT } from 'jose';
import { POOL, UID } from '../../../test/support/identity-samples.js';
import { adminCall, BRIEF, OUTAGE_REASONS, publicCall, stubbedToolkit } from '../../../test/support/toolkit-stub.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { IdentityPlatformExchanger } from './identity-platform-exchanger.js';

const EXPIRES = 1_900_000_000;
const ID_TOKEN = new UnsecuredJWT({ sub: UID }).setExpirationTime(EXPIRES).encode();
const ANSWER = { idToken: ID_TOKEN, refreshToken: 'refresh', expiresIn: '3600', isNewUser: false };

describe('IdentityPlatformExchanger', () => {
  const google = stubbedToolkit();
  let exchanger: IdentityPlatformExchanger;
  beforeEach(() => {
    exchanger = new IdentityPlatformExchanger(google.client());
  });

  it('exchanges a custom token in its tenant', async () => {
    google.answers(ANSWER);
    expect(await exchanger.exchange(POOL, 'custom')).to.deep.equal({ token: ID_TOKEN, expiresAt: EXPIRES * 1_000 });
    const body = { token: 'custom', returnSecureToken: true, tenantId: 'tenant-a' };
    expect(google.asked()).to.deep.equal(publicCall('accounts:signInWithCustomToken', body));
  });

  it('names no tenant for the main app', async () => {
    google.answers(ANSWER);
    await exchanger.exchange(MAIN_POOL, 'custom');
    const body = { token: 'custom', returnSecureToken: true };
    expect(google.asked()).to.deep.equal(publicCall('accounts:signInWithCustomToken', body));
  });

  for (const reason of ['USER_DISABLED', 'USER_NOT_FOUND', 'ADMIN_ONLY_OPERATION'])
    it(`opens nothing for a user who is not active: ${reason}`, async () => {
      google.refuses(reason);
      await expectCode(exchanger.exchange(POOL, 'custom'), 'user_inactive');
    });

  it('undoes a sign-up: a deleted user comes back empty where sign-up is on', async () => {
    google.answers({ ...ANSWER, isNewUser: true });
    for (const [pool, path] of [
      [POOL, 'tenants/tenant-a/accounts:delete'],
      [MAIN_POOL, 'accounts:delete'],
    ] as const) {
      await expectCode(exchanger.exchange(pool, 'custom'), 'user_inactive');
      const [, undo] = google.requests.splice(0);
      google.requests.push(...(undo ? [undo] : []));
      expect(google.asked()).to.deep.equal(adminCall(path, { localId: UID }));
    }
  });

  it(`is unavailable on each of ${OUTAGE_REASONS.length} reasons that are not the user’s`, async () => {
    for (const reason of [...OUTAGE_REASONS, 'INVALID_CUSTOM_TOKEN', 'CREDENTIAL_MISMATCH', 'TENANT_ID_MISMATCH']) {
      google.refuses(reason);
      await expectCode(exchanger.exchange(POOL, 'custom'), 'unavailable');
    }
  });

  it('is unavailable without an answer, or with one that is no JSON', async () => {
    for (const answer of ['drop', 'half', { status: 200, text: '<html>' }] as const) {
      google.answer = answer;
      await expectCode(exchanger.exchange(POOL, 'custom'), 'unavailable');
    }
    google.answer = 'hang';
    const impatient = new IdentityPlatformExchanger(google.client(BRIEF));
    await expectCode(impatient.exchange(POOL, 'custom'), 'unavailable');
  });

  it('is unavailable on an answer without a token, or with one that is none', async () => {
    for (const answer of [{}, { idToken: null }, { idToken: '' }, { idToken: 'no.token' }]) {
      google.answers(answer);
      await expectCode(exchanger.exchange(POOL, 'custom'), 'unavailable');
    }
  });
});
