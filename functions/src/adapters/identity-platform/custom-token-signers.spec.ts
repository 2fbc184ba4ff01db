import { expect } from 'chai';
import { GoogleAuth } from 'google-auth-library';
import { decodeProtectedHeader, jwtVerify, UnsecuredJWT } from 'jose';
import { newRsaKey } from '../../../test/support/token-forge.js';
import { expectCode, ManualClock, newPool } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { Backend } from '../../lib/backend.js';
import { sessionId } from '../../sessions/session-id.js';
import type { SessionClaims } from '../../sessions/session-tokens.js';
import { userId } from '../../users/user-id.js';
import { EmulatorTokenSigner, type ServiceAccount, ServiceAccountTokenSigner } from './custom-token-signers.js';

const EMAIL = 'gatehouse@demo-gatehouse.iam.gserviceaccount.com';
// https://firebase.google.com/docs/auth/admin/create-custom-tokens
const AUDIENCE = 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
/** Claims that Firebase refuses in a custom token. */
const RESERVED = 'acr amr at_hash aud auth_time azp cnf c_hash exp firebase iat iss jti nbf nonce sub'.split(' ');

const clock = new ManualClock();
const POOL = newPool('tenant-a');
const UID = userId.generate();
const CLAIMS: SessionClaims = {
  sid: sessionId.generate(),
  org_id: POOL.id,
  role: 'user',
  auth_methods: ['pwd', 'otp'],
};

describe('ServiceAccountTokenSigner', () => {
  const { privateKey, publicKey } = newRsaKey();
  /** Google's own client with a key at hand, so that nothing is asked over the network. */
  const account = new GoogleAuth({
    credentials: {
      client_email: EMAIL,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      universe_domain: 'googleapis.com',
    },
  });
  const signer = (by: ServiceAccount = account, timeoutMs = 20_000) =>
    new ServiceAccountTokenSigner(by, clock, new Backend('iam', { timeoutMs }));
  const read = async (token: string) =>
    (await jwtVerify(token, publicKey, { algorithms: ['RS256'], currentDate: new Date(clock.now()) })).payload;

  it('signs what Firebase takes as a custom token, for a tenant', async () => {
    const token = await signer().sign(POOL, UID, CLAIMS);
    expect(decodeProtectedHeader(token)).to.deep.equal({ alg: 'RS256', typ: 'JWT' });
    const now = Math.floor(clock.now() / 1_000);
    expect(await read(token)).to.deep.equal({
      iss: EMAIL,
      sub: EMAIL,
      aud: AUDIENCE,
      iat: now,
      exp: now + 300,
      uid: UID,
      claims: CLAIMS,
      tenant_id: 'tenant-a',
    });
  });

  it('names no tenant for the main app', async () => {
    const payload = await read(await signer().sign(MAIN_POOL, UID, { ...CLAIMS, org_id: null }));
    expect(payload).not.to.have.property('tenant_id');
    expect(payload).to.have.nested.property('claims.org_id', null);
  });

  it('uses no claim that Firebase reserves', () => {
    expect(
      Object.keys(CLAIMS).filter((claim) => RESERVED.includes(claim) || claim.startsWith('firebase')),
    ).to.deep.equal([]);
  });

  it('signs text of any script as UTF-8', async () => {
    const payload = await read(await signer().sign(POOL, UID, { ...CLAIMS, role: 'Prüferin 🔑' }));
    expect(payload).to.have.nested.property('claims.role', 'Prüferin 🔑');
  });

  const getCredentials = async () => ({ client_email: EMAIL });
  const FAILURES: Readonly<Record<string, ServiceAccount>> = {
    'IAM refuses': { getCredentials, sign: () => Promise.reject(new Error('403 iam.serviceAccounts.signBlob denied')) },
    'IAM never answers': { getCredentials, sign: () => new Promise(() => {}) },
    'the account is not known': { getCredentials: async () => ({}), sign: async () => 'c2ln' },
    'the metadata server is away': {
      getCredentials: () => Promise.reject(new Error('ENOTFOUND')),
      sign: async () => '',
    },
    'the metadata server never answers': { getCredentials: () => new Promise(() => {}), sign: async () => '' },
  };
  for (const [what, failing] of Object.entries(FAILURES))
    it(`is unavailable when ${what}`, async () => {
      const error = await expectCode(signer(failing, 30).sign(POOL, UID, CLAIMS), 'unavailable');
      expect(error.cause).to.be.instanceOf(Error);
      expect(error.message).not.to.match(/IAM|iam|metadata/);
    });

  /** Row 20 of the fault matrix. */
  it('asks once more when IAM fails, and never a third time', async () => {
    let asked = 0;
    const failing = (times: number): ServiceAccount => ({
      getCredentials,
      sign: async () => {
        asked += 1;
        if (asked <= times) throw new Error('429');
        return 'c2ln';
      },
    });
    expect(await signer(failing(1)).sign(POOL, UID, CLAIMS)).to.match(/\.c2ln$/);
    expect(asked).to.equal(2);
    asked = 0;
    await expectCode(signer(failing(9)).sign(POOL, UID, CLAIMS), 'unavailable');
    expect(asked).to.equal(2);
  });

  it('is unavailable with a key that is none', async () => {
    const broken = new GoogleAuth({ credentials: { client_email: EMAIL, private_key: 'no key' } });
    await expectCode(signer(broken).sign(POOL, UID, CLAIMS), 'unavailable');
  });
});

describe('EmulatorTokenSigner', () => {
  it('makes the same, unsigned', async () => {
    const token = await new EmulatorTokenSigner(clock).sign(POOL, UID, CLAIMS);
    expect(decodeProtectedHeader(token)).to.have.property('alg', 'none');
    const { payload } = UnsecuredJWT.decode(token, { audience: AUDIENCE, currentDate: new Date(clock.now()) });
    expect(payload).to.deep.include({ uid: UID, claims: CLAIMS, tenant_id: 'tenant-a' });
  });
});
