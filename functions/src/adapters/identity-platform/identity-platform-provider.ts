import { InvalidRequestError, NotFoundError } from '../../errors/gatehouse-error.js';
import type {
  ContactPair,
  CreateOutcome,
  IdentityProvider,
  NewIdentity,
  PasswordOutcome,
} from '../../identity/identity-provider.js';
import type { Pool } from '../../identity/pool.js';
import type { UserId } from '../../users/user-id.js';
import { expecting, type IdentityToolkitClient, textOf } from './identity-toolkit-client.js';

const userGone = () => {
  throw new NotFoundError('There is no user of this id.');
};
/** Identity Platform is stricter about addresses than we are. */
const badEmail = () => {
  throw new InvalidRequestError([{ path: 'email', message: 'Must be a valid email address.' }]);
};
const taken = (): CreateOutcome => 'taken';
const refused = (): PasswordOutcome => ({ outcome: 'refused' });

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
      { EMAIL_EXISTS: taken, DUPLICATE_LOCAL_ID: taken, INVALID_EMAIL: badEmail },
    );
  }

  async find(pool: Pool, uid: UserId): Promise<{ readonly email: string | null } | null> {
    const [user] = await this.lookup(pool, { localId: [uid] });
    return user === undefined ? null : { email: user.email ?? null };
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
    await this.update(pool, { localId: uid, password });
  }

  async setDisabled(pool: Pool, uid: UserId, disabled: boolean): Promise<void> {
    await this.update(pool, { localId: uid, disableUser: disabled });
  }

  async delete(pool: Pool, uid: UserId): Promise<void> {
    await expecting(this.toolkit.callAdmin('v1', `${accounts(pool)}:delete`, { localId: uid }), {
      USER_NOT_FOUND: () => ({}),
      // The org was deleted, and all of its users with its tenant.
      TENANT_NOT_FOUND: () => ({}),
    });
  }

  private async update(pool: Pool, change: Record<string, unknown>): Promise<void> {
    await expecting(this.toolkit.callAdmin('v1', `${accounts(pool)}:update`, change), { USER_NOT_FOUND: userGone });
  }

  private async lookup(pool: Pool, query: Record<string, readonly string[]>): Promise<{ email?: string }[]> {
    const answer = await expecting(this.toolkit.callAdmin('v1', `${accounts(pool)}:lookup`, query), {});
    return (answer['users'] ?? []) as { email?: string }[];
  }
}

function accounts(pool: Pool): string {
  return pool.tenantId === null ? 'accounts' : `tenants/${pool.tenantId}/accounts`;
}

function tenantOf(pool: Pool): { tenantId?: string } {
  return pool.tenantId === null ? {} : { tenantId: pool.tenantId };
}
