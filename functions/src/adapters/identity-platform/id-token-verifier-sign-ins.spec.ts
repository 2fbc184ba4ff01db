import { expect } from 'chai';
import { createLocalJWKSet } from 'jose';
import {
  attacker,
  clock,
  FIREBASE,
  HEADER,
  NOW,
  PAYLOAD,
  POOL,
  PROJECT,
  publicJwk,
  SID,
  signed,
  UID,
  withClaims,
} from '../../../test/support/id-token-corpus.js';
import { forge, unsigned } from '../../../test/support/token-forge.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { IdTokenVerifier } from './id-token-verifier.js';

/** What the client SDK signs users in with. */
const PROVIDERS = [
  'password',
  'phone',
  'google.com',
  'apple.com',
  'facebook.com',
  'github.com',
  'twitter.com',
  'microsoft.com',
  'yahoo.com',
  'playgames.google.com',
  'gc.apple.com',
  'oidc.acme',
  'saml.acme',
];
const SIGNED_IN = NOW - 7_200;
const GIVEN_UID = 'AbCdEf0123456789AbCdEf012345';

/** A token of a user of the main app, as the client SDK has it two hours after the sign-in. */
function signIn(provider: unknown, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { sid: _, org_id: __, role: ___, auth_methods: ____, ...claims } = PAYLOAD;
  return { ...claims, auth_time: SIGNED_IN, firebase: { identities: {}, sign_in_provider: provider }, ...change };
}

describe('IdTokenVerifier, of sign-ins with the client SDK,', () => {
  const verifier = new IdTokenVerifier({
    projectId: PROJECT,
    clock,
    keys: createLocalJWKSet({ keys: [{ ...publicJwk, kid: 'key-1' }] }),
  });
  const emulated = new IdTokenVerifier({ projectId: PROJECT, clock, keys: 'emulator' });
  const verify = (payload: unknown, pool: Parameters<IdTokenVerifier['verify']>[0] = MAIN_POOL) =>
    verifier.verify(pool, signed(payload));
  const refused = (payload: unknown) => expectCode(verify(payload), 'invalid_session');

  describe('in the main app', () => {
    for (const provider of PROVIDERS)
      it(`accepts one by ${provider}, and tells when it was`, async () => {
        const verified = { uid: UID, sid: null, signedInAt: new Date(SIGNED_IN * 1_000) };
        expect(await verify(signIn(provider))).to.deep.equal(verified);
        const plain = forge({ alg: 'none', typ: 'JWT' }, signIn(provider), unsigned);
        expect(await emulated.verify(MAIN_POOL, plain)).to.deep.equal(verified);
      });

    it('takes no session from it, whatever its claims say', async () => {
      expect(await verify(signIn('password', { sid: SID }))).to.include({ uid: UID, sid: null });
    });

    const GOOD_UIDS = [GIVEN_UID, '7', 'legacy|42', 'a.b:c@d+e-f_g', 'x'.repeat(128)];
    for (const uid of GOOD_UIDS)
      it(`knows the user ${uid}, whoever has named it`, async () => {
        expect(await verify(signIn('password', { sub: uid }))).to.have.property('uid', uid);
      });

    it('knows such a user by a session of ours as well', async () => {
      const ours = withClaims({ sub: GIVEN_UID, org_id: null, firebase: { sign_in_provider: 'custom' } });
      expect(await verify(ours)).to.deep.equal({ uid: GIVEN_UID, sid: SID });
    });

    const BAD_UIDS = [
      '',
      '.',
      '..',
      '../orgs',
      'a/b',
      '__x__',
      '-a',
      'a b',
      'a\n',
      'ü',
      'a\0',
      'x'.repeat(129),
      7,
      null,
    ];
    for (const uid of [...BAD_UIDS, [GIVEN_UID], { $ne: null }, undefined])
      it(`refuses the uid ${JSON.stringify(uid)?.slice(0, 20)}, which could not be a path of ours`, () =>
        refused(signIn('password', { sub: uid })));

    const REFUSED: Readonly<Record<string, unknown>> = {
      'a custom token of somebody else’s, which names no session': signIn('custom'),
      'a custom token with a session that is none': signIn('custom', { sid: 'ses_../../users' }),
      'an anonymous sign-in': signIn('anonymous'),
      'an anonymous sign-in with a session': signIn('anonymous', { sid: SID }),
      'no sign-in provider': signIn(undefined),
      'a sign-in provider in a list': signIn(['password']),
      'a sign-in provider that is null': signIn(null),
      'no firebase': signIn('password', { firebase: undefined }),
      'firebase text': signIn('password', { firebase: 'password' }),
      'T-03 a tenant': signIn('password', { firebase: { sign_in_provider: 'password', tenant: 'tenant-a' } }),
      'T-03 an empty tenant': signIn('password', { firebase: { sign_in_provider: 'password', tenant: '' } }),
      'T-03 an org': signIn('password', { org_id: POOL.id }),
      'no time of the sign-in': signIn('password', { auth_time: undefined }),
      'a time of the sign-in that is text': signIn('password', { auth_time: String(SIGNED_IN) }),
      'a time of the sign-in that is null': signIn('password', { auth_time: null }),
      'another project as issuer': signIn('password', { iss: 'https://securetoken.google.com/other' }),
      'another project as audience': signIn('password', { aud: 'other' }),
      'a session cookie': signIn('password', { iss: `https://session.firebase.google.com/${PROJECT}` }),
      'its end in the past': signIn('password', { exp: NOW - 31 }),
      'an hour and more since it was issued': signIn('password', { iat: NOW - 3_631 }),
    };
    for (const [what, payload] of Object.entries(REFUSED)) it(`refuses one with ${what}`, () => refused(payload));

    it('refuses forged ones', async () => {
      const payload = signIn('password');
      const FORGED = [
        forge({ ...HEADER, alg: 'none' }, payload, unsigned),
        signed(payload, HEADER, attacker),
        signed(payload).replace(/\.[^.]*$/, '.'),
      ];
      for (const token of FORGED) await expectCode(verifier.verify(MAIN_POOL, token), 'invalid_session');
    });
  });

  /** T-05: whoever knows a user's password is not logged in at the partner by it. */
  describe('in an org’s pool', () => {
    for (const provider of [...PROVIDERS, 'anonymous'])
      it(`refuses one by ${provider}, whatever its claims say`, async () => {
        const firebase = { ...FIREBASE, sign_in_provider: provider };
        for (const payload of [signIn(provider, { firebase }), withClaims({ firebase }), signIn(provider)])
          await expectCode(verify(payload, POOL), 'invalid_session');
      });
  });
});
