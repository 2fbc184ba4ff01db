import { type Actor, type AuditAction, type AuditRecord, auditRecord } from '../audit/audit-record.js';
import { DEFAULT_SCOPES } from '../credentials/credential-admin.js';
import type { CredentialIssuer, IssuedCredential } from '../credentials/credential-issuer.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { RequestInProgressError, UnavailableError } from '../errors/gatehouse-error.js';
import type { TenantId } from '../identity/pool.js';
import { type TenantDirectory, TenantSetupError } from '../identity/tenant-directory.js';
import type { Clock } from '../lib/clock.js';
import type { OrgId } from './org-id.js';
import { BEING_DELETED, PROVISIONING_LEASE_MS, SETUP_RETRY_MS } from './org-policy.js';
import type { OrgDocument, OrgTerms, Provisioning } from './org-record.js';
import { isAllowedOrgId, NEW_ORG_TERMS, ORG_ID_PROBLEM, reviewOrg } from './org-rules.js';
import type { OrgChange, OrgStore } from './org-store.js';

interface ProvisionerDependencies {
  readonly orgs: OrgStore;
  readonly tenants: TenantDirectory;
  readonly issuer: CredentialIssuer;
  readonly clock: Clock;
}

/** Makes an org of a document: tenant, defaults, first credential. Whoever dies on the way is taken over after a lease. */
export class OrgProvisioner {
  constructor(private readonly deps: ProvisionerDependencies) {}

  /**
   * Answers the first credential where this very call has issued it; it is then `shown` in the console or nowhere else.
   * Does nothing where somebody else is at it. @throws UnavailableError, RequestInProgressError
   */
  async run(document: OrgDocument, by: Actor, { shown }: { shown: boolean }): Promise<IssuedCredential | null> {
    // Once for each org: another time would bring a revoked one back, whatever somebody has written of its provisioning.
    if (document.inForce !== null || this.isWaiting(document)) return null;
    if (document.provisioningMessage === BEING_DELETED) return null;
    // The first who looks at a document knows who has added it.
    const audit = document.provisioning === null ? [this.audit(document.orgId, 'org.created', by)] : [];
    const terms = await this.check(document, audit);
    if (terms === null) return null;
    const claim = {
      provisioning: 'running',
      provisioningMessage: null,
      provisioningRetryAt: this.in(PROVISIONING_LEASE_MS),
      problems: {},
    } as const;
    const claimed = await this.change(document, claim, audit);
    return claimed === null ? null : this.finish(claimed, by, shown);
  }

  /** Any other word in the document asks for another try at once. */
  private isWaiting({ provisioning, provisioningRetryAt: at }: OrgDocument): boolean {
    if (provisioning !== 'running' && provisioning !== 'failed') return false;
    return at !== null && at.getTime() > this.deps.clock.now();
  }

  /** The part after the claim, by whoever has it. */
  async finish(claimed: OrgDocument, by: Actor, shown: boolean): Promise<IssuedCredential | null> {
    try {
      const tenantId = await this.tenantOf(claimed);
      return await this.complete(claimed, tenantId, by, shown);
    } catch (error) {
      await this.leaveForLater(claimed, error);
      if (error instanceof TenantSetupError) return null;
      throw error;
    }
  }

  /** The terms that a document asks for; null when it can't be, and then the document says why. */
  private async check(document: OrgDocument, audit: readonly AuditRecord[] = []): Promise<OrgTerms | null> {
    const { inForce, problems } = await reviewOrg(document.written, NEW_ORG_TERMS, true);
    const all = isAllowedOrgId(document.orgId) ? problems : { ...problems, id: ORG_ID_PROBLEM };
    const message = Object.entries(all).map(([field, problem]) => `${field}: ${problem}`);
    if (message.length === 0) return inForce;
    const failed = {
      provisioning: 'failed',
      provisioningMessage: message.join(' '),
      provisioningRetryAt: null,
    } as const;
    if (!isSame(document, failed)) await this.change(document, { ...failed, problems: all }, audit);
    return null;
  }

  /** The tenant of an earlier try, of whoever died since, or a new one. What the document says may be another org's. */
  private async tenantOf({ orgId, written }: OrgDocument): Promise<TenantId> {
    return (await this.deps.tenants.findOf(orgId)) ?? this.deps.tenants.create(orgId, String(written.name));
  }

  /** All that makes the org, in one commit; edits that came meanwhile are read again. */
  private async complete(
    claimed: OrgDocument,
    tenantId: TenantId,
    by: Actor,
    shown: boolean,
  ): Promise<IssuedCredential | null> {
    let document: OrgDocument | null = claimed;
    return untilWritten(async () => {
      // Our time had run out: somebody else has done it, or has deleted the org, and can't have known of this tenant.
      if (document === null || (document.inForce !== null && document.tenantId !== tenantId)) {
        await this.deps.tenants.delete(tenantId);
        return null;
      }
      if (document.provisioning !== 'running') return null;
      const inForce = await this.check(document);
      if (inForce === null) return null;
      const { issued, record, audit } = await this.firstCredential(document.orgId, inForce, by, shown);
      const change = { ...this.done(document, inForce), tenantId };
      const provisioned = this.audit(document.orgId, 'org.provisioned', by);
      const done = await this.deps.orgs.change(document, change, { audit: [provisioned, audit], issued: record });
      if (done !== null) return issued;
      document = await this.deps.orgs.read(document.orgId);
      return OVERTAKEN;
    });
  }

  private firstCredential(orgId: OrgId, { environment }: OrgTerms, by: Actor, shown: boolean) {
    const terms = { name: 'First credential', scopes: DEFAULT_SCOPES, expiresAt: null, allowedAddresses: null };
    return this.deps.issuer.draft({ orgId, environment, terms, by, shown });
  }

  private done({ createdAt, sessionsValidFrom }: OrgDocument, terms: OrgTerms): OrgChange {
    return {
      written: terms,
      inForce: terms,
      problems: {},
      provisioning: 'done',
      provisioningMessage: null,
      provisioningRetryAt: null,
      // An org whose terms somebody has removed is made again: what was dead stays dead.
      createdAt: createdAt ?? this.in(0),
      sessionsValidFrom,
    };
  }

  private async leaveForLater(claimed: OrgDocument, error: unknown): Promise<void> {
    const later: Provisioning =
      error instanceof TenantSetupError
        ? { provisioning: 'failed', provisioningMessage: error.message, provisioningRetryAt: this.in(SETUP_RETRY_MS) }
        : {
            provisioning: 'running',
            provisioningMessage: 'Identity Platform or Firestore did not answer. It is tried again within two minutes.',
            provisioningRetryAt: claimed.provisioningRetryAt,
          };
    // It can be that nothing can be written just now; the claim then ends by itself.
    await this.deps.orgs.change(claimed, later).catch(unlessDown);
  }

  private async change(
    document: OrgDocument,
    change: OrgChange,
    audit: readonly AuditRecord[] = [],
  ): Promise<OrgDocument | null> {
    const version = await this.deps.orgs.change(document, change, { audit });
    return version === null ? null : { ...document, ...change, written: document.written, version };
  }

  private audit(orgId: OrgId, action: AuditAction, actor: Actor): AuditRecord {
    return auditRecord({ orgId, at: this.in(0), action, target: { kind: 'org', id: orgId }, actor });
  }

  private in(milliseconds: number): Date {
    return new Date(this.deps.clock.now() + milliseconds);
  }
}

function isSame(document: OrgDocument, wanted: Provisioning): boolean {
  return document.provisioning === wanted.provisioning && document.provisioningMessage === wanted.provisioningMessage;
}

function unlessDown(error: unknown): null {
  if (error instanceof UnavailableError || error instanceof RequestInProgressError) return null;
  throw error;
}
