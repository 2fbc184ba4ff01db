import { randomUUID } from 'node:crypto';
import type { Contact } from '../contacts/contact.js';
import { InvalidCredentialsError } from '../errors/gatehouse-error.js';
import type { IdentityProvider, PasswordOutcome } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import { type PoolOwner, poolOf } from '../orgs/pool-owner.js';
import type { ClientInfo } from '../sessions/session-record.js';
import { orderMarks } from './code-order.js';
import type { CountedTry, PasswordGuard } from './password-guard.js';
import type { PoolUser } from './user-record.js';
import { contactSubject } from './user-subjects.js';

interface PasswordCheckDependencies<User> {
  readonly directory: { findByContact(pool: Pool, contact: Contact): Promise<User | null> };
  readonly identities: IdentityProvider;
  readonly guard: PasswordGuard;
  readonly clock: Clock;
}

/** Somebody who says whose account it is. */
export interface PasswordClaim {
  readonly owner: PoolOwner;
  readonly contact: Contact;
  readonly password: string;
  readonly client: ClientInfo;
}

interface CheckedPassword<User> {
  readonly tried: CountedTry;
  readonly user: User | null;
  readonly check: PasswordOutcome;
}

/** The password of a login, under the guard of its account. */
export class PasswordCheck<User extends PoolUser> {
  constructor(private readonly deps: PasswordCheckDependencies<User>) {}

  /**
   * `onBegun` is not called of what the guard refuses from memory: a flood costs no writes.
   * @throws InvalidCredentialsError, RateLimitedError, LockedOutError, UnavailableError
   */
  async run(claim: PasswordClaim, onBegun: () => void): Promise<{ tried: CountedTry; user: User }> {
    const { tried, user, check } = await this.check(claim, onBegun);
    await this.deps.guard.admit(tried);
    // A user who was never wholly registered, or who is not active, has no profile here to match the uid of the password.
    if (check.outcome === 'refused' || user === null || user.uid !== check.uid || user.status !== 'active') {
      await this.deps.guard.fail(tried);
      throw new InvalidCredentialsError();
    }
    return { tried, user };
  }

  /**
   * Identity Platform checks passwords by email, and failures are counted by it. With a phone number, the email is looked
   * up first; an unknown number is checked as well, under an email that nobody has, so that it takes as long.
   */
  private async check(
    { owner, contact, password, client }: PasswordClaim,
    onBegun: () => void,
  ): Promise<CheckedPassword<User>> {
    const pool = poolOf(owner);
    const { directory, guard, identities } = this.deps;
    const marks = orderMarks(contact, this.deps.clock.now());
    const checking = <T>(account: string, check: () => Promise<T>) =>
      guard.checking(guard.account(owner, account, client, contact), marks, () => {
        onBegun();
        return check();
      });
    if (contact.kind === 'email') {
      const both = () =>
        settleBoth(directory.findByContact(pool, contact), identities.checkPassword(pool, contact.value, password));
      const { tried, check } = await checking(contact.value, both);
      return { tried, user: check[0], check: check[1] };
    }
    const user = await directory.findByContact(pool, contact);
    const email = user?.email ?? `${randomUUID()}@unknown.invalid`;
    const account = user?.email ?? contactSubject(contact);
    return { user, ...(await checking(account, () => identities.checkPassword(pool, email, password))) };
  }
}
