import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { newOrg, newUser } from '../../test/support/records.js';
import { ManualClock } from '../../test/support/unit-fixtures.js';
import { memoryPorts } from '../adapters/memory/memory-ports.js';
import type { ChallengeKey, MatchedCode } from '../codes/challenge-record.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { orgPool } from '../orgs/org-record.js';
import { sessionId } from './session-id.js';
import { SESSION_TOKEN_LIFETIME_MS } from './session-policy.js';
import { SessionService } from './session-service.js';

const AUTH_METHODS = ['pwd', 'otp'];
const LATER_MS = 10 * 60_000;

/** @see security.md O-13 */
describe('SessionService, for a second try of the same request', () => {
  const user = newUser();
  const pool = orgPool(newOrg());
  let clock: ManualClock;
  let ports: ReturnType<typeof memoryPorts>;
  let service: SessionService;
  const first = freshAttempt();
  const again = { ...first, resumed: true };

  beforeEach(async () => {
    clock = new ManualClock();
    ports = memoryPorts('demo-gatehouse', clock);
    service = new SessionService({ ...ports, clock });
    await ports.identities.create(pool, { uid: user.uid, email: user.email, password: 'password' });
  });

  async function open() {
    const key = 'place' as ChallengeKey;
    const at = new Date(clock.now());
    const challenge = {
      challengeId: 'c',
      serial: 1,
      sequence: 1,
      proves: null,
      uid: user.uid,
      mac: 'mac',
      pepperVersion: 1,
      sibling: null,
    };
    await ports.challenges.replace(key, { ...challenge, expiresAt: at, purgeAt: at });
    const code: MatchedCode = { key, challengeId: 'c', uid: user.uid, proves: null, claimUntil: at, others: [] };
    const client = { address: null, agent: null };
    const lifetimeMs = SESSION_TOKEN_LIFETIME_MS;
    return service.open({ pool, user, code, authMethods: AUTH_METHODS, client, attempt: first, lifetimeMs });
  }

  it('gives a new token of the same session, which ends no later', async () => {
    const opened = await open();
    clock.advance(LATER_MS);
    const reopened = await service.reopen(pool, user, again, AUTH_METHODS);
    expect(reopened?.token).not.to.equal(opened.token);
    const [before, after] = [opened, reopened].map((one) => decodeJwt(one?.token ?? ''));
    expect(after?.['sid']).to.equal(before?.['sid']).and.to.equal(sessionId.of(first.seed));
    expect(after?.['auth_methods']).to.deep.equal(AUTH_METHODS);
    expect(reopened?.expiresAt).to.equal((await ports.sessions.find(sessionId.of(first.seed)))?.expiresAt.getTime());
    expect(reopened?.expiresAt).to.be.below(clock.now() + SESSION_TOKEN_LIFETIME_MS);
  });

  it('has none where nothing was opened, or by a try of another request', async () => {
    expect(await service.reopen(pool, user, again, AUTH_METHODS)).to.equal(null);
    await open();
    expect(await service.reopen(pool, user, { ...freshAttempt(), resumed: true }, AUTH_METHODS)).to.equal(null);
    expect(await service.reopen(pool, user, first, AUTH_METHODS), 'a first try').to.equal(null);
  });

  it('has none for another user or pool', async () => {
    await open();
    expect(await service.reopen(pool, newUser(), again, AUTH_METHODS)).to.equal(null);
    expect(await service.reopen(orgPool(newOrg()), user, again, AUTH_METHODS)).to.equal(null);
  });

  it('has none when the session was ended, or is over', async () => {
    await open();
    clock.advance(SESSION_TOKEN_LIFETIME_MS - 1);
    expect(await service.reopen(pool, user, again, AUTH_METHODS)).not.to.equal(null);
    clock.advance(1);
    expect(await service.reopen(pool, user, again, AUTH_METHODS)).to.equal(null);
  });

  it('has none when the session was revoked', async () => {
    await open();
    await service.end(sessionId.of(first.seed));
    expect(await service.reopen(pool, user, again, AUTH_METHODS)).to.equal(null);
  });
});
