import { expect } from 'chai';
import { createLocalJWKSet, decodeJwt } from 'jose';
import { IdTokenVerifier } from '../src/adapters/identity-platform/id-token-verifier.js';
import type { Route } from '../src/http/route.js';
import { MAIN_POOL } from '../src/identity/pool.js';
import { SECOND_MS } from '../src/lib/clock.js';
import { sessionId } from '../src/sessions/session-id.js';
import { type UserId, userId } from '../src/users/user-id.js';
import type { AccountUser } from './support/account-scenario.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeMemoryApp } from './support/describe-app.js';
import {
  badPayloads,
  clock,
  FIREBASE,
  forgedTokens,
  PAYLOAD,
  type Payload,
  PROJECT,
  publicJwk,
  signed,
} from './support/id-token-corpus.js';
import { callRoute, mainAppRoutes, needsSession, sampleOf, sessionRoutes, title } from './support/route-samples.js';

const tokenRoutes = mainAppRoutes.filter(needsSession);

/** Good tokens all the same: the main app has no org and no tenant, and what else a token says is nobody's business. */
const NOTHING_WRONG = [
  'T-03 no tenant: a user of the main app',
  'T-03 tenant null',
  'T-03 tenant as a claim of ours',
  'no org',
  'org null',
];

/** What can stand in a header at all, and begins with what is meant: spaces before it are HTTP's. */
const SENDABLE = /^[\x21-\x7e][\x20-\x7e]{0,12000}$/;

/** Google's keys as they are in production: the emulators sign nothing. */
const verifier = () =>
  new IdTokenVerifier({
    projectId: PROJECT,
    clock,
    keys: createLocalJWKSet({ keys: [{ ...publicJwk, kid: 'key-1' }] }),
  });

/** As our own sessions of the main app have it. */
const ownPayload = (sub: string, sid: unknown): Payload => ({
  ...PAYLOAD,
  org_id: undefined,
  sub,
  user_id: sub,
  sid,
  firebase: { identities: {}, sign_in_provider: 'custom' },
});

describeMemoryApp(
  'Battery: tokens at every route of the Account API',
  (app) => {
    let org: TestOrg;
    let user: AccountUser;
    let other: AccountUser;
    let wrong: Readonly<Record<string, string>>;
    before(async () => {
      org = await app().provision();
      [user, other] = [await app().account.signUp(), await app().account.signUp()];
      wrong = wrongTokens();
    });

    const sidOf = ({ token }: AccountUser) => String(decodeJwt(token)['sid']);
    const ownToken = (one: AccountUser) => signed(ownPayload(one.uid, sidOf(one)));
    /** As the client SDK has it, of a sign-in just now. */
    const signInPayload = (sub: string, change: Payload = {}, sign_in_provider: unknown = 'password'): Payload => ({
      ...ownPayload(sub, undefined),
      role: undefined,
      auth_methods: undefined,
      auth_time: Math.floor(app().clock.now() / SECOND_MS),
      firebase: { identities: {}, sign_in_provider },
      ...change,
    });

    const call = (route: Route, session?: string) => {
      const bearer = session === undefined ? {} : { session };
      return callRoute(app(), route, { org, body: sampleOf(route).shape(), ...bearer });
    };
    /** One and the same 401, whatever is wrong with the token. */
    const expectRefused = async (route: Route, tokens: Readonly<Record<string, string>>): Promise<void> => {
      const none = masked(expectError(await call(route), 401, 'invalid_session'));
      for (const [what, token] of Object.entries(tokens))
        expect(masked(await call(route, token)), what).to.deep.equal(none);
    };
    const sign = (payloads: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.entries(payloads).map(([what, payload]) => [what, signed(payload)]));

    /** Of this very user, with a live session; each with one thing wrong. */
    const wrongTokens = (): Record<string, string> => {
      const good = ownPayload(user.uid, sidOf(user));
      const signIns = sign({
        'a sign-in without its time': signInPayload(user.uid, { auth_time: undefined }),
        'a sign-in whose time is text': signInPayload(user.uid, { auth_time: 'now' }),
        'a sign-in from before the account': signInPayload(user.uid, { auth_time: 1 }),
        'an anonymous sign-in': signInPayload(user.uid, {}, 'anonymous'),
        'a sign-in by a custom token': signInPayload(user.uid, {}, 'custom'),
        'a sign-in by several ways': signInPayload(user.uid, {}, ['password']),
        'a sign-in by none': signInPayload(user.uid, {}, null),
        'a sign-in at a tenant': signInPayload(user.uid, { firebase: { ...FIREBASE, sign_in_provider: 'password' } }),
        'a sign-in of nobody': signInPayload(userId.generate()),
        'a sign-in of a path': signInPayload('../users'),
        'a sign-in of an org’s user': signInPayload(user.uid, { org_id: org.org.orgId }),
      });
      const own = sign({
        ...badPayloads(good),
        'another’s session': ownPayload(user.uid, sidOf(other)),
        'another with this session': ownPayload(other.uid, sidOf(user)),
        'a session that is not there': ownPayload(user.uid, sessionId.generate()),
      });
      const all = Object.entries({ ...own, ...signIns, ...forgedTokens(good) });
      return Object.fromEntries(all.filter(([what, token]) => !NOTHING_WRONG.includes(what) && SENDABLE.test(token)));
    };

    it('lets in what all the others are made of', async () => {
      const { account } = app();
      const good = badPayloads(ownPayload(user.uid, sidOf(user)));
      for (const what of NOTHING_WRONG) expect(await account.isLive(signed(good[what])), what).to.equal(true);
      for (const provider of ['password', 'google.com', 'phone'])
        expect(await account.isLive(signed(signInPayload(user.uid, {}, provider))), provider).to.equal(true);
      expect(Object.keys(wrong).length).to.be.at.least(110);
    });

    for (const route of tokenRoutes) {
      it(`S-09: refuses forged, foreign and half-right tokens with one 401 at ${title(route)}`, async () => {
        await expectRefused(route, wrong);
        expect(await app().account.isLive(ownToken(user))).to.equal(true);
      });

      for (const [what, change] of Object.entries({
        disabled: (uid: UserId) => app().ports.identities.setDisabled(MAIN_POOL, uid, true),
        deleted: (uid: UserId) => app().ports.identities.delete(MAIN_POOL, uid),
      }))
        it(`refuses whoever is ${what} since, by own and by SDK token, at ${title(route)}`, async () => {
          const gone = await app().account.signUp();
          const tokens = { own: ownToken(gone), 'of the SDK': signed(signInPayload(gone.uid)) };
          for (const token of Object.values(tokens)) expect(await app().account.isLive(token)).to.equal(true);
          await change(gone.uid as UserId);
          await expectRefused(route, tokens);
        });
    }

    it('T-03: a partner’s session opens nothing of the main app, nor the other way round', async () => {
      const { scenario, api } = app();
      const partnersUser = await scenario.register(org);
      const { userId: uid } = partnersUser;
      const code = await scenario.sendLoginCode(org, partnersUser);
      const { sessionToken } = expectStatus(await scenario.verify(org, partnersUser, code), 200).body;
      const firebase = { ...FIREBASE, tenant: org.org.tenantId };
      const claims = { org_id: org.org.orgId, sub: uid, user_id: uid, sid: decodeJwt(sessionToken)['sid'], firebase };
      const ofPartner = signed({ ...PAYLOAD, ...claims });
      expect(await scenario.isLive(org, ofPartner)).to.equal(true);
      for (const route of tokenRoutes) await expectRefused(route, { 'a partner’s session': ofPartner });
      const ofMain = { own: ownToken(user), 'of the SDK': signed(signInPayload(user.uid)) };
      for (const route of sessionRoutes) await expectRefused(route, ofMain);
      for (const token of Object.values(ofMain)) {
        const { body } = expectStatus(await api.post(org, '/partner/auth/introspect', { token }), 200);
        expect(body).to.deep.equal({ active: false });
      }
    });
  },
  { ports: () => ({ verifier: verifier() }) },
);
