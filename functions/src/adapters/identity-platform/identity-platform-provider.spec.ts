import { expect } from 'chai';
import { EMAIL, NEW, PASSWORD, PHONE, POOL, UID } from '../../../test/support/identity-samples.js';
import { stubbedToolkit, WEAK_PASSWORD_REASONS } from '../../../test/support/toolkit-stub.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { IdentityPlatformProvider } from './identity-platform-provider.js';

describe('IdentityPlatformProvider', () => {
  const google = stubbedToolkit();
  let provider: IdentityPlatformProvider;
  beforeEach(() => {
    provider = new IdentityPlatformProvider(google.client());
  });

  describe('reads from what is answered', () => {
    const NOTHING_ELSE = { email: null, emailVerified: false, phone: null, disabled: false };
    const account = (fields: object) => ({ users: [{ localId: UID, ...fields }] });

    it('a user with everything', async () => {
      const fields = {
        email: EMAIL,
        emailVerified: true,
        phoneNumber: PHONE,
        disabled: true,
        validSince: '1768478401',
      };
      google.answers(account({ ...fields, providerUserInfo: [{ providerId: 'password' }] }));
      expect(await provider.find(POOL, UID)).to.deep.equal({
        uid: UID,
        email: EMAIL,
        emailVerified: true,
        phone: PHONE,
        disabled: true,
        signInsValidFrom: new Date(1_768_478_401_000),
      });
    });

    it('a user with next to nothing: members that are empty are left out', async () => {
      google.answers(account({}));
      const found = { uid: UID, ...NOTHING_ELSE, signInsValidFrom: new Date(0) };
      expect(await provider.find(POOL, UID)).to.deep.equal(found);
      expect(await provider.findByContact(POOL, { kind: 'email', value: EMAIL })).to.deep.equal(found);
    });

    it('a user of the main app under the id that it was given', async () => {
      for (const localId of ['AbCdEf0123456789AbCdEf012345', 'legacy|42', 'a@b.example']) {
        google.answers({ users: [{ localId }] });
        expect(await provider.find(MAIN_POOL, UID)).to.have.property('uid', localId);
      }
    });

    it('nobody of an id that could not be a path of ours', async () => {
      for (const localId of [undefined, '', '../orgs', 'a/b', '__x__', '.', 'x'.repeat(129), 7]) {
        google.answers({ users: [{ localId }] });
        expect(await provider.find(MAIN_POOL, UID), String(localId)).to.equal(null);
      }
    });

    it('whether there is anybody', async () => {
      const phone = '+1';
      google.answers(account({ email: EMAIL }));
      expect(await provider.anyWithContact(POOL, { email: EMAIL, phone })).to.equal(true);
      for (const answer of [{ kind: 'identitytoolkit#GetAccountInfoResponse' }, { users: [] }]) {
        google.answers(answer);
        expect(await provider.find(POOL, UID)).to.equal(null);
        expect(await provider.findByContact(POOL, { kind: 'phone', value: PHONE })).to.equal(null);
        expect(await provider.anyWithContact(POOL, { email: EMAIL, phone })).to.equal(false);
      }
    });
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

  it('sets no password that is too weak for the project: the request is not valid', async () => {
    for (const message of WEAK_PASSWORD_REASONS) {
      google.refuses(message);
      const settings = [() => provider.create(POOL, NEW), () => provider.setPassword(POOL, UID, PASSWORD)];
      for (const set of settings)
        expect((await expectCode(set(), 'invalid_request')).message).to.match(/^The password is too weak/);
    }
  });

  it('tells of a phone number that is another user’s, and of one that is none', async () => {
    google.refuses('PHONE_NUMBER_EXISTS');
    expect(await provider.setPhone(MAIN_POOL, UID, PHONE)).to.equal('taken');
    google.refuses('INVALID_PHONE_NUMBER : TOO_SHORT');
    const { details } = await expectCode(provider.setPhone(MAIN_POOL, UID, '+1'), 'invalid_request');
    expect(details?.map(({ path }) => path)).to.deep.equal(['phone']);
    google.answers({ localId: UID });
    expect(await provider.setPhone(MAIN_POOL, UID, PHONE)).to.equal('set');
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
    await expectCode(provider.markEmailVerified(MAIN_POOL, UID), 'not_found');
    await expectCode(provider.setPhone(MAIN_POOL, UID, PHONE), 'not_found');
    await expectCode(provider.endSignIns(MAIN_POOL, UID, new Date(0)), 'not_found');
    await provider.delete(POOL, UID);
  });

  it('has nobody to delete once the tenant was deleted, with all of its users', async () => {
    google.refuses('TENANT_NOT_FOUND');
    await provider.delete(POOL, UID);
  });
});
