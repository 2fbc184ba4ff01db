import type { Contact } from '../../contacts/contact.js';
import { InvalidRequestError, NotFoundError } from '../../errors/gatehouse-error.js';
import type {
  ContactPair,
  CreateOutcome,
  Identity,
  IdentityProvider,
  NewIdentity,
  PasswordOutcome,
  PhoneOutcome,
} from '../../identity/identity-provider.js';
import type { Pool } from '../../identity/pool.js';
import { SECOND_MS } from '../../lib/clock.js';
import { isGivenUserId, type UserId } from '../../users/user-id.js';
import { expecting, type IdentityToolkitClient, textOf } from './identity-toolkit-client.js';

const userGone = () => {
  throw new NotFoundError('There is no user of this id.');
};
/** Identity Platform is stricter about addresses than we are. */
const badEmail = () => {
  throw new InvalidRequestError([{ path: 'email', message: 'Must be a valid email address.' }]);
};
/** The project has a password policy of its own, stricter than ours. */
const weakPassword = () => {
  throw new InvalidRequestError([], 'The password is too weak for the password policy of this project.');
};
const badPhone = () => {
  throw new InvalidRequestError([{ path: 'phone', message: 'Must be a valid phone number.' }]);
};
const taken = (): CreateOutcome => 'taken';
const refused = (): PasswordOutcome => ({ outcome: 'refused' });

const WEAK_PASSWORD = { WEAK_PASSWORD: weakPassword, PASSWORD_DOES_NOT_MEET_REQUIREMENTS: weakPassword };

/** What `accounts:lookup` answers of a user. Members that have nothing in them are left out. */
interface Account {
  readonly localId?: unknown;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly phoneNumber?: string;
  readonly disabled?: boolean;
  /** Seconds since the epoch, as text. */
  readonly validSince?: string;
}

export class IdentityPlatformProvider implements IdentityProvider {
  constructor(private readonly toolkit: IdentityToolkitClient) {}

  async create(pool: Pool, { uid, email, password }: NewIdentity): Promise<CreateOutcome> {
    const creating = this.toolkit.callAdmin('v1', accounts(pool), {
      localId: uid,
      email,
      password,
      emailVerified: false,
    });
    return expecting(
      creating.then((): CreateOutcome => 'created'),
      { EMAIL_EXISTS: taken, DUPLICATE_LOCAL_ID: taken, INVALID_EMAIL: badEmail, ...WEAK_PASSWORD },
    );
  }

  async find(pool: Pool, uid: UserId): Promise<Identity | null> {
    return identityOf(await this.lookup(pool, { localId: [uid] }));
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<Identity | null> {
    return identityOf(await this.lookup(pool, kind === 'email' ? { email: [value] } : { phoneNumber: [value] }));
  }

  async anyWithContact(pool: Pool, { email, phone }: ContactPair): Promise<boolean> {
    return (await this.lookup(pool, { email: [email], phoneNumber: [phone] })).length > 0;
  }

  async checkPassword(pool: Pool, email: string, password: string): Promise<PasswordOutcome> {
    const body = { email, password, returnSecureToken: false, ...tenantOf(pool) };
    const signingIn = this.toolkit.callPublic('accounts:signInWithPassword', body);
    // A quota error (TOO_MANY_ATTEMPTS_TRY_LATER, QUOTA_EXCEEDED) is not in this list: it is no wrong password.
    return expecting(
      signingIn.then((answer): PasswordOutcome => ({ outcome: 'accepted', uid: textOf(answer, 'localId') })),
      {
        INVALID_LOGIN_CREDENTIALS: refused,
        INVALID_PASSWORD: refused,
        EMAIL_NOT_FOUND: refused,
        USER_DISABLED: refused,
        INVALID_EMAIL: refused,
      },
    );
  }

  async setPassword(pool: Pool, uid: UserId, password: string): Promise<void> {
    await this.update(pool, { localId: uid, password }, WEAK_PASSWORD);
  }

  async setDisabled(pool: Pool, uid: UserId, disabled: boolean): Promise<void> {
    await this.update(pool, { localId: uid, disableUser: disabled });
  }

  async markEmailVerified(pool: Pool, uid: UserId): Promise<void> {
    await this.update(pool, { localId: uid, emailVerified: true });
  }

  async setPhone(pool: Pool, uid: UserId, phone: string): Promise<PhoneOutcome> {
    const refusals = { PHONE_NUMBER_EXISTS: (): PhoneOutcome => 'taken', INVALID_PHONE_NUMBER: badPhone };
    return (await this.update(pool, { localId: uid, phoneNumber: phone }, refusals)) ?? 'set';
  }

  async endSignIns(pool: Pool, uid: UserId, before: Date): Promise<void> {
    await this.update(pool, { localId: uid, validSince: String(Math.floor(before.getTime() / SECOND_MS)) });
  }

  async delete(pool: Pool, uid: UserId): Promise<void> {
    await expecting(this.toolkit.callAdmin('v1', `${accounts(pool)}:delete`, { localId: uid }), {
      USER_NOT_FOUND: () => ({}),
      // The org was deleted, and all of its users with its tenant.
      TENANT_NOT_FOUND: () => ({}),
    });
  }

  /** undefined when it was made, else what the refusal comes to. */
  private update<T = never>(
    pool: Pool,
    change: Record<string, unknown>,
    refusals: Readonly<Record<string, () => T>> = {},
  ): Promise<T | undefined> {
    const updating = this.toolkit.callAdmin('v1', `${accounts(pool)}:update`, change);
    return expecting<T | undefined>(
      updating.then(() => undefined),
      { USER_NOT_FOUND: userGone, ...refusals },
    );
  }

  private async lookup(pool: Pool, query: Record<string, readonly string[]>): Promise<readonly Account[]> {
    const answer = await expecting(this.toolkit.callAdmin('v1', `${accounts(pool)}:lookup`, query), {});
    return (answer['users'] ?? []) as readonly Account[];
  }
}

/** null as well of a user whose id could not be a path of ours. */
function identityOf([account]: readonly Account[]): Identity | null {
  if (account === undefined || !isGivenUserId(account.localId)) return null;
  return {
    uid: account.localId,
    email: account.email ?? null,
    emailVerified: account.emailVerified === true,
    phone: account.phoneNumber ?? null,
    disabled: account.disabled === true,
    signInsValidFrom: new Date(Number(account.validSince ?? 0) * SECOND_MS),
  };
}

function accounts(pool: Pool): string {
  return pool.tenantId === null ? 'accounts' : `tenants/${pool.tenantId}/accounts`;
}

function tenantOf(pool: Pool): { tenantId?: string } {
  return pool.tenantId === null ? {} : { tenantId: pool.tenantId };
}
