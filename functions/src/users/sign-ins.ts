import { unlessGone } from '../errors/unless-gone.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import type { UserId } from './user-id.js';

interface SignInsDependencies {
  readonly identities: IdentityProvider;
  readonly clock: Clock;
}

/** What users of the main app have signed in to, with the client SDK as well, of which no session of ours knows. */
export class SignIns {
  constructor(private readonly deps: SignInsDependencies) {}

  /**
   * Ends all of a user's. Identity Platform tells them apart by the second alone: those of this second end as well, and the
   * caller waits for the next, so that no sign-in made after that is taken for an older one. Answers from when on they
   * count; null for partners' users, who have none. @throws UnavailableError
   */
  async end(pool: Pool, uid: UserId): Promise<Date | null> {
    if (pool.id !== 'main') return null;
    const { clock } = this.deps;
    const nextSecond = (Math.floor(clock.now() / SECOND_MS) + 1) * SECOND_MS;
    await this.endUntil(pool, uid, nextSecond);
    const wait = nextSecond - clock.now();
    if (wait > 0) await clock.pause(wait);
    return new Date(nextSecond);
  }

  /**
   * Ends those from before the second that `time` is in (milliseconds since the epoch). What was ended since stays ended.
   * @throws UnavailableError
   */
  async endBefore(pool: Pool, uid: UserId, time: number): Promise<void> {
    if (pool.id !== 'main') return;
    const identity = await this.deps.identities.find(pool, uid);
    const second = Math.floor(time / SECOND_MS) * SECOND_MS;
    if (identity !== null && identity.signInsValidFrom.getTime() < second) await this.endUntil(pool, uid, second);
  }

  private async endUntil(pool: Pool, uid: UserId, second: number): Promise<void> {
    await this.deps.identities.endSignIns(pool, uid, new Date(second)).catch(unlessGone);
  }
}
