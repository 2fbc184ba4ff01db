import type { Actor } from '../audit/audit-record.js';
import { checkGraceDays } from '../edits/grace-days.js';
import { assertNoProblems } from '../edits/problems.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { InvalidRequestError, NotFoundError } from '../errors/gatehouse-error.js';
import { unlessGone } from '../errors/unless-gone.js';
import { allPages } from '../lib/all-pages.js';
import type { Clock } from '../lib/clock.js';
import type { OrgId } from '../orgs/org-id.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import { type Consequence, CredentialConsequences } from './credential-consequences.js';
import type { KeyId } from './credential-id.js';
import type { CredentialIssuer, IssuedCredential } from './credential-issuer.js';
import {
  type CredentialDocument,
  type CredentialRecord,
  type CredentialScope,
  type CredentialTerms,
  credentialOf,
} from './credential-record.js';
import { reviewCredential } from './credential-rules.js';
import type { CredentialStore } from './credential-store.js';

interface CredentialAdminDependencies {
  readonly credentials: CredentialStore;
  readonly orgs: OrgStore;
  readonly issuer: CredentialIssuer;
  readonly clock: Clock;
}

/** `pii:read` is asked for by name. */
export const DEFAULT_SCOPES: readonly CredentialScope[] = ['auth', 'users:read', 'users:write', 'token:exchange'];

export type NewTerms = Partial<Omit<CredentialTerms, 'status'>>;

/** What admins do to credentials, by command or by editing the documents. */
export class CredentialAdmin {
  private readonly consequences: CredentialConsequences;

  constructor(private readonly deps: CredentialAdminDependencies) {
    this.consequences = new CredentialConsequences(deps);
  }

  /** @throws NotFoundError when there is no such org, InvalidRequestError, UnavailableError */
  async issue(orgId: OrgId, by: Actor, terms: NewTerms = {}): Promise<IssuedCredential> {
    const org = await this.org(orgId);
    const wanted = { name: '', scopes: DEFAULT_SCOPES, expiresAt: null, allowedAddresses: null, ...terms };
    assertGood(wanted);
    const { record, audit, issued } = await this.deps.issuer.draft({
      orgId,
      environment: org.environment,
      terms: wanted,
      by,
      shown: false,
    });
    await this.deps.credentials.create(record, [audit]);
    return issued;
  }

  /**
   * Issues a successor with the same terms; the old one works on for the grace period, the org's unless given in days.
   * @throws NotFoundError, InvalidRequestError when it has a successor already or is revoked, UnavailableError
   */
  async rotate(key: KeyId, by: Actor, graceDays?: number): Promise<IssuedCredential> {
    if (graceDays !== undefined) checkGraceDays(graceDays);
    const { issued } = await this.settling(key, (document) => this.consequences.ofRotation(document, by, graceDays));
    if (issued === undefined) throw new NotFoundError('There is no credential of this key.');
    return issued;
  }

  /** Within 60 s no request with it is served. Revoking twice is no error. @throws NotFoundError, UnavailableError */
  async revoke(key: KeyId, by: Actor): Promise<void> {
    await this.settling(key, async (document) => this.consequences.revocation(document, by));
  }

  /** All of an org's, oldest first. @throws UnavailableError */
  async list(orgId: OrgId): Promise<readonly CredentialRecord[]> {
    const read = (limit: number, last?: CredentialRecord) => this.deps.credentials.listOf(orgId, limit, last?.keyId);
    const all = await allPages(read);
    return all.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  }

  /**
   * Does what an edited document asks for, once, however often and in whichever order its edits are told.
   * @throws UnavailableError, RequestInProgressError
   */
  async settle(key: KeyId, by: Actor): Promise<void> {
    await this.settling(key, (document) => this.consequences.ofEdit(document, by)).catch(unlessGone);
  }

  /** Reads, and commits what follows from what was read; again when somebody else was faster. */
  private async settling(
    key: KeyId,
    consequenceOf: (document: CredentialDocument) => Promise<Consequence | null>,
  ): Promise<Pick<Consequence, 'issued'>> {
    return untilWritten(async () => {
      const document = await this.deps.credentials.read(key);
      if (document === null) throw new NotFoundError('There is no credential of this key.');
      const consequence = await consequenceOf(document);
      if (consequence === null) return {};
      const { change, also } = consequence;
      const version = await this.deps.credentials.change(credentialOf(document), change, also);
      return version === null ? OVERTAKEN : consequence;
    });
  }

  private async org(orgId: OrgId): Promise<OrgRecord> {
    const org = await this.deps.orgs.find(orgId);
    if (org === null) throw new NotFoundError('There is no org of this id, or it is not provisioned yet.');
    if (org.status !== 'revoked') return org;
    throw new InvalidRequestError([{ path: 'orgId', message: 'It is revoked.' }], 'The org is revoked.');
  }
}

function assertGood(terms: Omit<CredentialTerms, 'status'>): void {
  const written = { ...terms, status: 'active' } as const;
  assertNoProblems(reviewCredential(written, written).problems, 'The credential is not valid.');
}
