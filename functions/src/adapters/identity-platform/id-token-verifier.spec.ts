import { expect } from 'chai';
import { createLocalJWKSet, createRemoteJWKSet, errors, exportJWK, type JWTVerifyGetKey } from 'jose';
import {
  attacker,
  BAD_PAYLOADS,
  clock,
  FORGED,
  HEADER,
  NOW,
  PAYLOAD,
  POOL,
  PROJECT,
  publicJwk,
  SID,
  signed,
  UID,
  VALID,
  withClaims,
} from '../../../test/support/id-token-corpus.js';
import { StubServer } from '../../../test/support/stub-server.js';
import { forge, newRsaKey, unsigned } from '../../../test/support/token-forge.js';
import { expectCode, newPool } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL, type Pool } from '../../identity/pool.js';
import { IdTokenVerifier } from './id-token-verifier.js';

function verifier(keys: JWTVerifyGetKey | 'emulator' = localKeys()): IdTokenVerifier {
  return new IdTokenVerifier({ projectId: PROJECT, clock, keys });
}

/** Keys that do not say what they are for: which algorithms are taken must not hang on that. */
function localKeys(): JWTVerifyGetKey {
  return createLocalJWKSet({ keys: [{ ...publicJwk, kid: 'key-1' }] });
}

/** S-09. Whatever is wrong, the answer is one: no session. Never an exception of another kind. */
async function expectRefused(token: string, pool: Pool = POOL, by = verifier()): Promise<void> {
  const { cause } = await expectCode(by.verify(pool, token), 'invalid_session');
  expect(cause === undefined || cause instanceof errors.JOSEError, `cause: ${String(cause)}`).to.equal(true);
}

describe('IdTokenVerifier', () => {
  describe('accepts a session token of the pool', () => {
    const GOOD: Readonly<Record<string, unknown>> = {
      'as Google makes it': PAYLOAD,
      'up to 30 s after its end, for clocks differ': withClaims({ exp: NOW - 29 }),
      'up to 30 s before its beginning': withClaims({ iat: NOW + 29 }),
      'with nbf by now': withClaims({ nbf: NOW }),
      'with claims that are nobody’s business': withClaims({ admin: true, __proto__x: 1 }),
    };
    for (const [what, payload] of Object.entries(GOOD))
      it(what, async () => {
        expect(await verifier().verify(POOL, signed(payload))).to.deep.equal({ uid: UID, sid: SID });
      });

    it('of the main app, in the main app’s pool', async () => {
      const token = signed(withClaims({ org_id: null, firebase: { sign_in_provider: 'custom' } }));
      expect(await verifier().verify(MAIN_POOL, token)).to.deep.equal({ uid: UID, sid: SID });
      await expectRefused(VALID, MAIN_POOL);
    });

    it('under either key while keys are rotated', async () => {
      const next = newRsaKey();
      const keys = [
        { ...publicJwk, kid: 'key-1' },
        { ...(await exportJWK(next.publicKey)), kid: 'key-2' },
      ];
      for (const token of [VALID, signed(PAYLOAD, { ...HEADER, kid: 'key-2' }, next)])
        expect((await verifier(createLocalJWKSet({ keys })).verify(POOL, token)).uid).to.equal(UID);
    });
  });

  describe(`S-09: refuses, of ${Object.keys({ ...BAD_PAYLOADS, ...FORGED }).length} tokens,`, () => {
    for (const [what, payload] of Object.entries(BAD_PAYLOADS)) it(what, () => expectRefused(signed(payload)));
    for (const [what, token] of Object.entries(FORGED)) it(what, () => expectRefused(token));
  });

  it('T-03: refuses a token of one org at every other, whether or not they share a tenant', async () => {
    for (const pool of [newPool('tenant-b'), newPool('tenant-a'), { ...POOL, tenantId: 'tenant-b' }])
      await expectRefused(VALID, pool);
  });

  it('refuses a token that was changed in any one place', async () => {
    for (let at = 0; at < VALID.length; at += 7) {
      const changed = VALID.slice(0, at) + (VALID[at] === 'A' ? 'B' : 'A') + VALID.slice(at + 1);
      await expectRefused(changed);
    }
  });

  describe('when the keys cannot be had', () => {
    let google_keys: StubServer;
    beforeEach(async () => {
      google_keys = new StubServer();
      await google_keys.start();
    });
    afterEach(() => google_keys.stop());
    const remote = () =>
      verifier(createRemoteJWKSet(new URL(`http://${google_keys.host}/keys`), { timeoutDuration: 100 }));

    const OUTAGES: Readonly<Record<string, StubServer['answer']>> = {
      'server error': { status: 500, json: { error: 'backend' } },
      'not found': { status: 404, text: '' },
      'an HTML page': { status: 200, text: '<html>login</html>' },
      'JSON that is no key set': { status: 200, json: { error: 'quota' } },
      'no answer in time': 'hang',
      'a broken connection': 'drop',
      'half an answer': 'half',
    };
    for (const [what, answer] of Object.entries(OUTAGES))
      it(`answers unavailable, not "wrong token": ${what}`, async () => {
        google_keys.answer = answer;
        await expectCode(remote().verify(POOL, VALID), 'unavailable');
      });

    it('answers unavailable when nobody listens', async () => {
      const by = remote();
      await google_keys.stop();
      await expectCode(by.verify(POOL, VALID), 'unavailable');
    });

    it('works with the keys that it fetched, and asks nobody else for a token’s own', async () => {
      google_keys.answer = { status: 200, json: { keys: [{ ...publicJwk, kid: 'key-1', alg: 'RS256', use: 'sig' }] } };
      const by = remote();
      for (let round = 0; round < 3; round += 1) await by.verify(POOL, VALID);
      expect(google_keys.requests).to.have.length(1);
      await expectRefused(
        signed(PAYLOAD, { ...HEADER, kid: 'evil', jku: `http://${google_keys.host}/evil` }, attacker),
        POOL,
        by,
      );
      expect(google_keys.requests.map(({ url }) => url.pathname)).not.to.include('/evil');
    });
  });

  describe('against the Auth emulator, whose tokens are unsigned,', () => {
    const emulated = verifier('emulator');
    const plain = (payload: unknown) => forge({ alg: 'none', typ: 'JWT' }, payload, unsigned);

    it('accepts them', async () => {
      expect(await emulated.verify(POOL, plain(PAYLOAD))).to.deep.equal({ uid: UID, sid: SID });
    });

    it('refuses them anywhere else', () => expectRefused(plain(PAYLOAD)));

    for (const [what, payload] of Object.entries(BAD_PAYLOADS))
      it(`refuses ${what}`, () => expectRefused(plain(payload), POOL, emulated));

    it('refuses signed ones, which the emulator never makes', () => expectRefused(VALID, POOL, emulated));
  });
});
