import {
  type Actor,
  type AuditAction,
  type AuditDetails,
  type AuditRecord,
  auditRecord,
} from '../audit/audit-record.js';
import type { CredentialEnvironment } from '../credentials/credential-id.js';
import type { IssuedCredential } from '../credentials/credential-issuer.js';
import { assertNoProblems } from '../edits/problems.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { InvalidRequestError, NotFoundError, UnavailableError } from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import { consequenceOf } from './org-edits.js';
import { type OrgId, orgId } from './org-id.js';
import { PROVISIONING_LEASE_MS } from './org-policy.js';
import type { OrgProvisioner } from './org-provisioner.js';
import { type OrgDocument, type OrgRecord, type OrgStatus, type OrgTerms, orgOf } from './org-record.js';
import { NEW_ORG_TERMS, reviewOrg } from './org-rules.js';
import type { OrgSettings } from './org-settings.js';
import type { OrgChange, OrgStore } from './org-store.js';

interface OrgServiceDependencies {
  readonly orgs: OrgStore;
  readonly provisioner: OrgProvisioner;
  readonly clock: Clock;
}

export interface NewOrg {
  readonly name: string;
  readonly environment?: CredentialEnvironment;
  readonly settings?: Partial<OrgSettings>;
}

const STATUS_ACTIONS: Record<OrgStatus, AuditAction> = {
  active: 'org.resumed',
  suspended: 'org.suspended',
  revoked: 'org.revoked',
};

/** The life of an org. The console's triggers, the command line and the local seed all come through here. */
export class OrgService {
  constructor(private readonly deps: OrgServiceDependencies) {}

  /**
   * Makes an org with its own tenant and its first credential, whose secret is in the answer and nowhere else. Killed on
   * the way, the sweep finishes it. @throws InvalidRequestError, UnavailableError with what to do where the project is at fault
   */
  async create(org: NewOrg, by: Actor): Promise<{ org: OrgRecord; credential: IssuedCredential }> {
    const written = {
      ...NEW_ORG_TERMS,
      environment: org.environment ?? 'live',
      name: org.name,
      settings: org.settings ?? {},
    };
    await assertGood(written);
    const claim = {
      written,
      provisioning: 'running',
      provisioningMessage: null,
      provisioningRetryAt: new Date(this.deps.clock.now() + PROVISIONING_LEASE_MS),
      problems: {},
    } as const;
    const id = orgId.generate();
    const version = await this.deps.orgs.create(id, claim, [this.audit(id, by, 'org.created')]);
    const blank = {
      orgId: id,
      version,
      tenantId: null,
      createdAt: null,
      sessionsValidFrom: new Date(0),
      inForce: null,
    };
    const credential = await this.deps.provisioner.finish({ ...blank, ...claim }, by, false);
    const made = await this.deps.orgs.find(id);
    if (credential !== null && made !== null) return { org: made, credential };
    const document = await this.deps.orgs.read(id);
    throw new UnavailableError(undefined, document?.provisioningMessage ?? undefined);
  }

  /** Every call of the org is refused and every session of its users dead within the credential cache's 60 s. */
  async suspend(id: OrgId, by: Actor): Promise<void> {
    await this.setStatus(id, 'suspended', by);
  }

  /** Users and credentials work again; sessions from before the suspension stay dead. */
  async resume(id: OrgId, by: Actor): Promise<void> {
    await this.setStatus(id, 'active', by);
  }

  /** As suspended, and for good. */
  async revoke(id: OrgId, by: Actor): Promise<void> {
    await this.setStatus(id, 'revoked', by);
  }

  /** @throws NotFoundError, UnavailableError */
  async get(id: OrgId): Promise<OrgDocument> {
    const document = await this.deps.orgs.read(id);
    if (document === null) throw new NotFoundError('There is no org of this id.');
    return document;
  }

  list(limit: number, after?: OrgId): Promise<readonly OrgDocument[]> {
    return this.deps.orgs.list(limit, after);
  }

  /**
   * Does what an edited document asks for, once, however often and in whichever order its edits are told.
   * @throws UnavailableError, RequestInProgressError
   */
  async settle(id: OrgId, by: Actor): Promise<void> {
    await untilWritten(async () => {
      const document = await this.deps.orgs.read(id);
      if (document === null) return undefined;
      const { inForce } = document;
      if (inForce === null) {
        await this.deps.provisioner.run(document, by, { shown: true });
        return undefined;
      }
      const consequence = await consequenceOf({ ...document, inForce }, new Date(this.deps.clock.now()));
      if (consequence === null) return undefined;
      const audit = this.auditsOf(id, consequence.changed, consequence.status, by);
      return (await this.deps.orgs.change(document, consequence.change, { audit })) === null ? OVERTAKEN : undefined;
    });
  }

  private async setStatus(id: OrgId, status: OrgStatus, by: Actor): Promise<void> {
    await untilWritten(async () => {
      const document = await this.get(id);
      const inForce = termsToChange(document, status);
      if (inForce.status === status && document.written.status === status) return undefined;
      const change: OrgChange = {
        written: { status },
        inForce: { ...inForce, status },
        // Resumed as well: some instances go on for a minute after a suspension, and what they let begin is over too.
        sessionsValidFrom: new Date(this.deps.clock.now()),
      };
      const audit = [this.audit(id, by, STATUS_ACTIONS[status])];
      return (await this.deps.orgs.change(document, change, { audit })) === null ? OVERTAKEN : undefined;
    });
  }

  private auditsOf(id: OrgId, changed: readonly (keyof OrgTerms)[], status: OrgStatus, by: Actor): AuditRecord[] {
    return changed.map((field) => {
      if (field === 'status') return this.audit(id, by, STATUS_ACTIONS[status]);
      return field === 'name' ? this.audit(id, by, 'org.renamed') : this.audit(id, by, 'org.settings_changed');
    });
  }

  private audit(id: OrgId, actor: Actor, action: AuditAction, details?: AuditDetails): AuditRecord {
    const at = new Date(this.deps.clock.now());
    return auditRecord({ orgId: id, at, action, target: { kind: 'org', id }, actor, ...(details && { details }) });
  }
}

/** @throws InvalidRequestError when an org of this document can't come to the status. */
function termsToChange(document: OrgDocument, status: OrgStatus): OrgTerms {
  const org = orgOf(document);
  if (org === null || document.inForce === null) throw badStatus('The org is not provisioned yet.');
  if (org.status === 'revoked' && status !== 'revoked')
    throw badStatus('A revoked org stays revoked. Create another one.');
  return document.inForce;
}

async function assertGood(written: OrgDocument['written']): Promise<void> {
  const { problems } = await reviewOrg(written, NEW_ORG_TERMS, true);
  assertNoProblems(problems, 'The org is not valid.');
}

function badStatus(message: string): InvalidRequestError {
  return new InvalidRequestError([{ path: 'status', message }], message);
}
