import type { Contact } from '../contacts/contact.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import type { Limiter } from '../limits/limiter.js';
import type { MainApp } from '../orgs/main-app.js';
import type { SessionToken } from '../sessions/session-tokens.js';
import type { PasswordCheck } from '../users/password-check.js';
import type { PasswordGuard } from '../users/password-guard.js';
import type { PoolUser } from '../users/user-record.js';
import type { AccountClient, AccountSessions } from './account-sessions.js';

interface AccountLoginDependencies {
  readonly mainApp: MainApp;
  readonly check: PasswordCheck<PoolUser>;
  readonly guard: PasswordGuard;
  readonly limiter: Limiter;
  readonly accountSessions: AccountSessions;
  readonly clock: Clock;
}

export interface OpenedAccount {
  readonly user: PoolUser;
  readonly token: SessionToken;
}

/** Login of the main app's users: by password alone. */
export class AccountLogin {
  constructor(private readonly deps: AccountLoginDependencies) {}

  /** @throws InvalidCredentialsError, RateLimitedError, LockedOutError, UnavailableError */
  async logIn(email: Contact, password: string, by: AccountClient): Promise<OpenedAccount> {
    const { check, limiter, guard, accountSessions, mainApp, clock } = this.deps;
    const signedInAt = new Date(clock.now());
    const claim = { owner: mainApp, contact: email, password, client: by.client };
    const { tried, user } = await check.run(claim, () => {});
    limiter.tell(tried.count, tried.account.tries);
    const [token] = await settleBoth(accountSessions.open(user, signedInAt, by), guard.succeed(tried));
    return { user, token };
  }
}
