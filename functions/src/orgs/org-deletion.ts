import type { AppStore } from '../apps/app-store.js';
import { type Actor, type AuditAction, type AuditRecord, auditRecord } from '../audit/audit-record.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { CredentialStore } from '../credentials/credential-store.js';
import type { DeliveryStore } from '../delivery/delivery-store.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { NotFoundError, RequestInProgressError } from '../errors/gatehouse-error.js';
import type { TenantId } from '../identity/pool.js';
import type { TenantDirectory } from '../identity/tenant-directory.js';
import { DELETION_PAGE } from './org-deletion-policy.js';
import type { OrgId } from './org-id.js';
import { BEING_DELETED } from './org-policy.js';
import type { OrgDocument } from './org-record.js';
import { isAllowedOrgId } from './org-rules.js';
import type { OrgChange, OrgStore } from './org-store.js';
import { removeAll } from './page-removal.js';
import { PoolRemoval, type PoolRemovalDependencies } from './pool-removal.js';

interface DeletionDependencies extends PoolRemovalDependencies {
  readonly orgs: OrgStore;
  readonly tenants: TenantDirectory;
  readonly credentials: CredentialStore;
  readonly apps: AppStore;
  readonly deliveries: DeliveryStore;
  readonly audit: AuditStore;
}

/** How many of a kind this run has removed so far. */
export interface DeletionProgress {
  readonly step: 'tenant' | 'users' | 'credentials' | 'apps' | 'deliveries' | 'org';
  readonly done: number;
}

type OnProgress = (progress: DeletionProgress) => void;

/**
 * Removes an org and all that belongs to it, but for its audit log. Killed at any point and run again, it goes on: the
 * document, by which all else is found, goes last. The tenant goes first, and with it every identity at once, so that
 * nobody logs in or registers any more while the rest is removed.
 */
export class OrgDeletion {
  private readonly pools: PoolRemoval;

  constructor(private readonly deps: DeletionDependencies) {
    this.pools = new PoolRemoval(deps);
  }

  /**
   * Deleting one that was deleted is no error.
   * @throws NotFoundError when there never was such an org, RequestInProgressError while it is being provisioned,
   * TenantSetupError, UnavailableError
   */
  async run(orgId: OrgId, by: Actor, onProgress: OnProgress): Promise<void> {
    const org = await this.begin(orgId, by);
    if (org === null) return;
    const removed = (step: DeletionProgress['step']) => (done: number) => onProgress({ step, done });
    const tenants = await this.removeTenants(org);
    if (tenants > 0) removed('tenant')(tenants);
    // A document `orgs/main` must not take along the users outside all orgs.
    if (isAllowedOrgId(orgId)) await this.pools.run({ id: orgId, tenantId: org.tenantId ?? 'gone' }, removed('users'));
    await this.removeCredentials(orgId, removed('credentials'));
    await this.removeApps(orgId, removed('apps'));
    await this.removeDeliveries(orgId, removed('deliveries'));
    if (await this.end(orgId, by)) removed('org')(1);
  }

  /** From here on nothing of the org is served, and nobody provisions it. null when all of it is gone already. */
  private async begin(orgId: OrgId, by: Actor): Promise<OrgDocument | null> {
    return untilWritten(async () => {
      const document = await this.deps.orgs.read(orgId);
      if (document === null) return this.assertDeleted(orgId);
      if (isBegun(document)) return document;
      this.assertNotBeingProvisioned(document);
      const audit = [this.audit(orgId, by, 'org.deletion_begun')];
      const version = await this.deps.orgs.change(document, this.beginning(document), { audit });
      return version === null ? OVERTAKEN : document;
    });
  }

  private beginning({ inForce }: OrgDocument): OrgChange {
    return {
      written: { status: 'revoked' },
      inForce: inForce === null ? null : { ...inForce, status: 'revoked' },
      sessionsValidFrom: new Date(this.deps.clock.now()),
      // Also of an org that was never provisioned: whatever a trigger or the sweep sees of it, nothing is left to do.
      provisioning: 'done',
      provisioningMessage: BEING_DELETED,
      provisioningRetryAt: null,
    };
  }

  /** Whoever is at it may make a tenant at any moment of the lease, which nobody would find afterwards. */
  private assertNotBeingProvisioned({ provisioning, provisioningRetryAt: end }: OrgDocument): void {
    if (provisioning !== 'running' || end === null || end.getTime() <= this.deps.clock.now()) return;
    throw new RequestInProgressError(undefined, 'The org is being provisioned. Delete it again in a minute.');
  }

  private async assertDeleted(orgId: OrgId): Promise<null> {
    const records = await this.deps.audit.latest(DELETION_PAGE, orgId);
    if (records.some(({ action }) => action === 'org.deleted')) return null;
    throw new NotFoundError('There is no org of this id.');
  }

  /**
   * Its own, and any that was made for it by somebody who did not live to write it down. What stands in a document that was
   * never provisioned may be another org's. Answers how many.
   */
  private async removeTenants({ orgId, tenantId, inForce }: OrgDocument): Promise<number> {
    const { tenants } = this.deps;
    const removed = new Set<TenantId>();
    let next = inForce === null ? null : tenantId;
    do {
      if (next !== null) {
        await tenants.delete(next);
        removed.add(next);
      }
      next = await tenants.findOf(orgId);
    } while (next !== null && !removed.has(next));
    return removed.size;
  }

  private async removeCredentials(orgId: OrgId, onProgress: (done: number) => void): Promise<void> {
    const { credentials } = this.deps;
    const list = () => credentials.keysOf(orgId, DELETION_PAGE);
    await removeAll(list, (keyId) => credentials.remove({ keyId, orgId }), onProgress);
  }

  private async removeApps(orgId: OrgId, onProgress: (done: number) => void): Promise<void> {
    const { apps } = this.deps;
    const list = () => apps.idsOf(orgId, DELETION_PAGE);
    await removeAll(list, (appId) => apps.remove(appId), onProgress);
  }

  /** What a provider reports after that makes a record again, which goes by itself in time. */
  private async removeDeliveries(orgId: OrgId, onProgress: (done: number) => void): Promise<void> {
    const { deliveries } = this.deps;
    const list = () => deliveries.idsOf(orgId, DELETION_PAGE);
    await removeAll(list, (id) => deliveries.remove(id), onProgress);
  }

  /** False when another run was faster. */
  private end(orgId: OrgId, by: Actor): Promise<boolean> {
    return untilWritten(async () => {
      const document = await this.deps.orgs.read(orgId);
      if (document === null) return false;
      // Somebody has made an org of the same id since then.
      if (!isBegun(document)) throw new RequestInProgressError();
      const isRemoved = await this.deps.orgs.remove(document, [this.audit(orgId, by, 'org.deleted')]);
      return isRemoved || OVERTAKEN;
    });
  }

  private audit(orgId: OrgId, actor: Actor, action: AuditAction): AuditRecord {
    const at = new Date(this.deps.clock.now());
    return auditRecord({ orgId, at, action, target: { kind: 'org', id: orgId }, actor });
  }
}

function isBegun({ provisioningMessage }: OrgDocument): boolean {
  return provisioningMessage === BEING_DELETED;
}
