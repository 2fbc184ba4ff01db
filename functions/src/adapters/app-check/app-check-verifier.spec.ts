import { generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { createLocalJWKSet, createRemoteJWKSet, exportJWK, type JWTVerifyGetKey } from 'jose';
import { StubServer } from '../../../test/support/stub-server.js';
import { forge, hs256, newRsaKey, rs, unsigned } from '../../../test/support/token-forge.js';
import { expectCode, ManualClock } from '../../../test/support/unit-fixtures.js';
import { AppCheckVerifier } from './app-check-verifier.js';

const PROJECT = 'demo-gatehouse';
const ISSUER = 'https://firebaseappcheck.googleapis.com/123456789';
const clock = new ManualClock();
const NOW = Math.floor(clock.now() / 1_000);

const firebase = newRsaKey();
const attacker = newRsaKey();
const publicPem = firebase.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** A key that does not say what it is for: which algorithms are taken must not hang on that. */
const publicJwk = { ...(await exportJWK(firebase.publicKey)), kid: 'key-1' };

const HEADER = { alg: 'RS256', kid: 'key-1', typ: 'JWT' };
/** As Firebase makes it: https://firebase.google.com/docs/app-check/custom-resource-backend */
const PAYLOAD = {
  iss: ISSUER,
  aud: ['projects/123456789', `projects/${PROJECT}`],
  sub: '1:123456789:web:0a1b2c3d4e5f',
  iat: NOW,
  exp: NOW + 3_600,
};

const signed = (payload: unknown, header: unknown = HEADER, key = firebase) =>
  forge(header, payload, rs(key.privateKey));
const withClaims = (change: Readonly<Record<string, unknown>>) => signed({ ...PAYLOAD, ...change });

function ecdsa(data: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

describe('AppCheckVerifier', () => {
  const verifier = (keys: JWTVerifyGetKey = createLocalJWKSet({ keys: [publicJwk] })) =>
    new AppCheckVerifier({ projectId: PROJECT, clock, keys });

  describe('takes the token of an app of the project', () => {
    const GOOD: Readonly<Record<string, string>> = {
      'as Firebase makes it': signed(PAYLOAD),
      'for the project alone': withClaims({ aud: `projects/${PROJECT}` }),
      'up to 30 s after its end, for clocks differ': withClaims({ exp: NOW - 29 }),
      'with claims that are nobody’s business': withClaims({ provider: 'recaptcha_enterprise' }),
    };
    for (const [what, token] of Object.entries(GOOD)) it(what, () => verifier().verify(token));
  });

  describe('refuses, with what to do,', () => {
    const BAD: Readonly<Record<string, string>> = {
      'another project': withClaims({ aud: ['projects/987654321', 'projects/other'] }),
      'the project’s bare id as audience, as ID tokens have it': withClaims({ aud: PROJECT }),
      'no audience': withClaims({ aud: undefined }),
      'another issuer': withClaims({ iss: `https://securetoken.google.com/${PROJECT}` }),
      'an issuer that begins like ours': withClaims({ iss: 'https://firebaseappcheck.googleapis.com.evil.example/1' }),
      'no issuer': withClaims({ iss: undefined }),
      'an issuer in a list': withClaims({ iss: [ISSUER] }),
      'no app': withClaims({ sub: undefined }),
      'an empty app': withClaims({ sub: '' }),
      'an app that is null': withClaims({ sub: null }),
      'no end': withClaims({ exp: undefined }),
      'an end in the past': withClaims({ exp: NOW - 31 }),
      'a beginning in the future': withClaims({ nbf: NOW + 31 }),
      'another type of token': signed(PAYLOAD, { ...HEADER, typ: 'at+jwt' }),
      'no type of token': signed(PAYLOAD, { alg: 'RS256', kid: 'key-1' }),
      'alg none': forge({ ...HEADER, alg: 'none' }, PAYLOAD, unsigned),
      'HS256 with the public key as secret': forge({ ...HEADER, alg: 'HS256' }, PAYLOAD, hs256(publicPem)),
      'ES256 with a key of its own': forge({ ...HEADER, alg: 'ES256' }, PAYLOAD, ecdsa),
      'RS512 with the real key': forge({ ...HEADER, alg: 'RS512' }, PAYLOAD, rs(firebase.privateKey, 512)),
      'another key under the real kid': signed(PAYLOAD, HEADER, attacker),
      'an unknown kid': signed(PAYLOAD, { ...HEADER, kid: 'key-2' }),
      'no signature': signed(PAYLOAD).replace(/[^.]*$/, ''),
      'the signature of another token': `${withClaims({ sub: 'other' }).replace(/[^.]*$/, '')}${signed(PAYLOAD).split('.')[2]}`,
      'words instead of a token': 'let me in',
      nothing: '',
      'dots alone': '..',
      'payload null': signed('null'),
      'five parts, as of a JWE': `${signed(PAYLOAD)}.a.b`,
    };
    for (const [what, token] of Object.entries(BAD))
      it(what, async () => {
        const { message } = await expectCode(verifier().verify(token), 'invalid_client');
        expect(message).to.include('X-Firebase-AppCheck');
      });

    it('a token that is longer than any of Firebase’s, without looking at it', async () => {
      let asked = 0;
      const keys: JWTVerifyGetKey = (...of) => {
        asked += 1;
        return createLocalJWKSet({ keys: [publicJwk] })(...of);
      };
      const long = withClaims({ more: 'x'.repeat(8_192) });
      await expectCode(verifier(keys).verify(long), 'invalid_client');
      expect(asked).to.equal(0);
    });
  });

  describe('when the keys cannot be had', () => {
    let keysOfGoogle: StubServer;
    beforeEach(async () => {
      keysOfGoogle = new StubServer();
      await keysOfGoogle.start();
    });
    afterEach(() => keysOfGoogle.stop());
    const remote = () =>
      verifier(createRemoteJWKSet(new URL(`http://${keysOfGoogle.host}/jwks`), { timeoutDuration: 100 }));

    const OUTAGES: Readonly<Record<string, StubServer['answer']>> = {
      'server error': { status: 500, json: { error: 'backend' } },
      'JSON that is no key set': { status: 200, json: { error: 'quota' } },
      'no answer in time': 'hang',
      'a broken connection': 'drop',
    };
    for (const [what, answer] of Object.entries(OUTAGES))
      it(`is unavailable, not "no app of ours": ${what}`, async () => {
        keysOfGoogle.answer = answer;
        await expectCode(remote().verify(signed(PAYLOAD)), 'unavailable');
      });

    it('works with the keys that it fetched once', async () => {
      keysOfGoogle.answer = { status: 200, json: { keys: [{ ...publicJwk, alg: 'RS256', use: 'sig' }] } };
      const by = remote();
      for (let round = 0; round < 3; round += 1) await by.verify(signed(PAYLOAD));
      expect(keysOfGoogle.requests).to.have.length(1);
    });
  });
});
