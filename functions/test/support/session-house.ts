import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import type { ChallengeKey, MatchedCode } from '../../src/codes/challenge-record.js';
import type { Attempt } from '../../src/idempotency/idempotency-record.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import type { Pool } from '../../src/identity/pool.js';
import { orgPool } from '../../src/orgs/org-record.js';
import { unrefreshedLifetimeMs } from '../../src/sessions/session-policy.js';
import type { SessionRecord } from '../../src/sessions/session-record.js';
import { SessionService } from '../../src/sessions/session-service.js';
import { newOrg, newUser } from './records.js';
import { ManualClock } from './unit-fixtures.js';

export const CLIENT = { address: '203.0.113.7', agent: 'Test/1.0' };

/** An org, a user who can log in, and how to do it. */
export class SessionHouse {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly service = new SessionService({ ...this.ports, clock: this.clock });
  readonly org = newOrg();
  readonly lifetimeMs = unrefreshedLifetimeMs(this.org.settings.sessionLifetimeSeconds);
  readonly pool = orgPool(this.org);
  readonly user = newUser();
  private codes = 0;

  async enroll(user = this.user, pool: Pool = this.pool): Promise<void> {
    await this.ports.identities.create(pool, { uid: user.uid, email: user.email, password: 'password' });
  }

  /** A code that was right, as `CodeService.check` answers it. */
  async matchedCode(): Promise<MatchedCode> {
    this.codes += 1;
    const key = `place-${this.codes}` as ChallengeKey;
    const at = new Date(this.clock.now());
    await this.ports.challenges.replace(key, {
      challengeId: `challenge-${this.codes}`,
      serial: this.codes,
      sequence: this.codes,
      proves: null,
      uid: this.user.uid,
      mac: 'mac',
      pepperVersion: 1,
      sibling: null,
      expiresAt: at,
      purgeAt: at,
    });
    return matchOf(key, `challenge-${this.codes}`, this.user.uid);
  }

  async open(user = this.user, pool: Pool = this.pool, attempt: Attempt = freshAttempt()): Promise<string> {
    const code = await this.matchedCode();
    const { lifetimeMs } = this;
    const opening = { pool, user, code, authMethods: ['pwd', 'otp'], client: CLIENT, attempt, lifetimeMs };
    return (await this.service.open(opening)).token;
  }

  check(token: string, org = this.org): Promise<SessionRecord> {
    return this.service.authenticate(org, token);
  }
}

export function matchOf(key: ChallengeKey, challengeId: string, uid: string): MatchedCode {
  const match = { key, challengeId, uid, proves: null, claimUntil: new Date('2030-01-01T00:00:00Z'), others: [] };
  return match;
}
