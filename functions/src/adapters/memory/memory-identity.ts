import { randomUUID } from 'node:crypto';
import { decodeJwt, UnsecuredJWT } from 'jose';
import type { Contact } from '../../contacts/contact.js';
import { NotFoundError, UserInactiveError } from '../../errors/gatehouse-error.js';
import type {
  ContactPair,
  CreateOutcome,
  Identity,
  IdentityProvider,
  NewIdentity,
  PasswordOutcome,
  PhoneOutcome,
} from '../../identity/identity-provider.js';
import type { Pool, TenantId } from '../../identity/pool.js';
import type { TenantDirectory } from '../../identity/tenant-directory.js';
import { type Clock, HOUR_MS, SECOND_MS } from '../../lib/clock.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { SessionToken, TokenExchanger } from '../../sessions/session-tokens.js';
import type { UserId } from '../../users/user-id.js';

interface Account extends Identity {
  readonly poolId: string;
  readonly password: string;
}

export class MemoryTenants implements TenantDirectory {
  readonly tenants = new Map<TenantId, OrgId>();

  async create(orgId: OrgId): Promise<TenantId> {
    const tenantId = `tenant-${randomUUID()}`;
    this.tenants.set(tenantId, orgId);
    return tenantId;
  }

  async findOf(orgId: OrgId): Promise<TenantId | null> {
    return [...this.tenants].find(([, owner]) => owner === orgId)?.[0] ?? null;
  }

  async delete(tenantId: TenantId): Promise<void> {
    this.tenants.delete(tenantId);
  }
}

export class MemoryIdentityProvider implements IdentityProvider {
  private accounts: Account[] = [];

  constructor(private readonly clock: Clock) {}

  async create(pool: Pool, { uid, email, password }: NewIdentity): Promise<CreateOutcome> {
    const taken = this.ofPool(pool).some((account) => account.uid === uid || account.email === email);
    const fresh = { emailVerified: false, phone: null, disabled: false, signInsValidFrom: this.thisSecond() };
    if (!taken) this.accounts.push({ poolId: pool.id, uid, email, password, ...fresh });
    return taken ? 'taken' : 'created';
  }

  async find(pool: Pool, uid: UserId): Promise<Identity | null> {
    return this.ofPool(pool).find((account) => account.uid === uid) ?? null;
  }

  async findByContact(pool: Pool, { kind, value }: Contact): Promise<Identity | null> {
    return this.ofPool(pool).find((account) => account[kind] === value) ?? null;
  }

  async anyWithContact(pool: Pool, { email, phone }: ContactPair): Promise<boolean> {
    return this.ofPool(pool).some((account) => account.email === email || account.phone === phone);
  }

  async checkPassword(pool: Pool, email: string, password: string): Promise<PasswordOutcome> {
    const account = this.ofPool(pool).find((one) => one.email === email);
    if (account === undefined || account.disabled || account.password !== password) return { outcome: 'refused' };
    return { outcome: 'accepted', uid: account.uid };
  }

  async setPassword(pool: Pool, uid: UserId, password: string): Promise<void> {
    this.change(pool, uid, { password, signInsValidFrom: this.thisSecond() });
  }

  async setDisabled(pool: Pool, uid: UserId, disabled: boolean): Promise<void> {
    this.change(pool, uid, { disabled });
  }

  async markEmailVerified(pool: Pool, uid: UserId): Promise<void> {
    this.change(pool, uid, { emailVerified: true });
  }

  async setPhone(pool: Pool, uid: UserId, phone: string): Promise<PhoneOutcome> {
    const owner = this.ofPool(pool).find((account) => account.phone === phone);
    if (owner !== undefined && owner.uid !== uid) return 'taken';
    this.change(pool, uid, { phone });
    return 'set';
  }

  async endSignIns(pool: Pool, uid: UserId, before: Date): Promise<void> {
    this.change(pool, uid, { signInsValidFrom: before });
  }

  async delete(pool: Pool, uid: UserId): Promise<void> {
    this.accounts = this.accounts.filter((account) => account.poolId !== pool.id || account.uid !== uid);
  }

  /** @throws UserInactiveError */
  assertActive(pool: Pool, uid: string): void {
    if (this.ofPool(pool).find((account) => account.uid === uid)?.disabled !== false) throw new UserInactiveError();
  }

  private ofPool(pool: Pool): Account[] {
    return this.accounts.filter(({ poolId }) => poolId === pool.id);
  }

  private change(pool: Pool, uid: UserId, fields: Partial<Account>): void {
    const account = this.ofPool(pool).find((one) => one.uid === uid);
    if (account === undefined) throw new NotFoundError('There is no user of this id.');
    this.accounts[this.accounts.indexOf(account)] = { ...account, ...fields };
  }

  private thisSecond(): Date {
    return new Date(Math.floor(this.clock.now() / SECOND_MS) * SECOND_MS);
  }
}

/** Makes ID tokens as the Auth emulator does: unsigned, with the custom token's claims in them. */
export class MemoryExchanger implements TokenExchanger {
  constructor(
    private readonly projectId: string,
    private readonly identities: MemoryIdentityProvider,
    private readonly clock: Clock,
  ) {}

  async exchange(pool: Pool, customToken: string): Promise<SessionToken> {
    const { uid, claims } = decodeJwt<{ uid: string; claims: Record<string, unknown> }>(customToken);
    this.identities.assertActive(pool, uid);
    const expiresAt = this.clock.now() + HOUR_MS;
    const token = new UnsecuredJWT({ ...claims, firebase: { tenant: pool.tenantId, sign_in_provider: 'custom' } })
      .setIssuer(`https://securetoken.google.com/${this.projectId}`)
      .setAudience(this.projectId)
      .setSubject(uid)
      .setIssuedAt(new Date(this.clock.now()))
      .setExpirationTime(new Date(expiresAt));
    return { token: token.encode(), expiresAt };
  }
}
