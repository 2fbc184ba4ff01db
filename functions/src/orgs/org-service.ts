import type { CredentialService, IssuedCredential } from '../credentials/credential-service.js';
import type { TenantDirectory } from '../identity/tenant-directory.js';
import type { Clock } from '../lib/clock.js';
import { type OrgId, orgId } from './org-id.js';
import { DEFAULT_ORG_SETTINGS, type OrgRecord, type OrgSettings } from './org-record.js';
import type { OrgStore } from './org-store.js';

interface OrgServiceDependencies {
  readonly orgs: OrgStore;
  readonly tenants: TenantDirectory;
  readonly credentials: CredentialService;
  readonly clock: Clock;
}

/** Provisioning and the life of an org. The console triggers, the CLI and the local seed all come through here. */
export class OrgService {
  constructor(private readonly deps: OrgServiceDependencies) {}

  /**
   * Makes an org with its own tenant and its first credential. The secret is in the answer and nowhere else.
   * @throws UnavailableError when the tenant or a document could not be made; what was made before is without effect.
   */
  async provision(
    name: string,
    settings: Partial<OrgSettings> = {},
  ): Promise<{ org: OrgRecord; credential: IssuedCredential }> {
    const id = orgId.generate();
    const now = new Date(this.deps.clock.now());
    const org: OrgRecord = {
      orgId: id,
      name,
      status: 'active',
      tenantId: await this.deps.tenants.create(name),
      settings: { ...DEFAULT_ORG_SETTINGS, ...settings },
      createdAt: now,
      sessionsValidFrom: new Date(0),
    };
    await this.deps.orgs.create(org);
    return { org, credential: await this.deps.credentials.issue(id) };
  }

  /** Every call of the org is refused and every session of its users dead within the credential cache's 60 s. */
  async suspend(id: OrgId): Promise<void> {
    await this.deps.orgs.setStatus(id, 'suspended', new Date(this.deps.clock.now()));
  }

  /** Users and credentials work again; sessions from before the suspension stay dead. */
  async resume(id: OrgId): Promise<void> {
    await this.deps.orgs.setStatus(id, 'active', new Date(this.deps.clock.now()));
  }
}
