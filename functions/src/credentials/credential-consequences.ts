import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  type AuditAction,
  type AuditDetails,
  type AuditRecord,
  auditRecord,
} from '../audit/audit-record.js';
import { InvalidRequestError } from '../errors/gatehouse-error.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import { environmentOf } from './credential-id.js';
import type { CredentialIssuer, IssuedCredential } from './credential-issuer.js';
import { type CredentialDocument, credentialOf } from './credential-record.js';
import { reviewCredential } from './credential-rules.js';
import type { CredentialChange, CredentialChangeWith } from './credential-store.js';

/** What is to be committed of a credential's document, if it is still as it was read. */
export interface Consequence {
  readonly change: CredentialChange;
  readonly also: CredentialChangeWith;
  readonly issued?: IssuedCredential;
}

interface RotationOptions {
  /** Whether the console is to show the new secret. */
  readonly shown: boolean;
  /** The org's own unless given. */
  readonly graceDays?: number | undefined;
}

interface Dependencies {
  readonly orgs: OrgStore;
  readonly issuer: CredentialIssuer;
  readonly clock: Clock;
}

/** Works out what an edit or a command does to a credential; writes nothing. */
export class CredentialConsequences {
  constructor(private readonly deps: Dependencies) {}

  /** null when the document asks for nothing that has not been done. */
  async ofEdit(document: CredentialDocument, by: Actor): Promise<Consequence | null> {
    const { inForce, problems, changed } = reviewCredential(document.written, document.inForce);
    const org = isAsked(document) ? await this.deps.orgs.find(document.orgId) : null;
    const refusal = isAsked(document) ? this.rotationProblem({ ...document, inForce }, org) : null;
    const audit = this.auditsOf(document, changed, by);
    const hideSecret = inForce.status === 'revoked';
    if (org !== null && refusal === null) {
      const rotation = await this.rotation({ ...document, inForce }, org, by, { shown: true });
      const both = [...audit, ...(rotation.also.audit ?? [])];
      return { ...rotation, change: { ...rotation.change, problems }, also: { ...rotation.also, audit: both } };
    }
    // A wish that was refused is taken back; why stays until there is another.
    const rotate = isAsked(document) ? refusal : document.problems['rotate'];
    const reported = { ...problems, ...(rotate ? { rotate } : {}) };
    if (changed.length === 0 && isDeepStrictEqual(reported, document.problems) && !isAsked(document)) return null;
    return {
      change: { inForce, problems: reported, ...(isAsked(document) ? { rotate: false } : {}) },
      also: { audit, hideSecret },
    };
  }

  /** A successor with the same terms, asked for by command. @throws InvalidRequestError when there can be none */
  async ofRotation(document: CredentialDocument, by: Actor, graceDays: number | undefined): Promise<Consequence> {
    const org = await this.deps.orgs.find(document.orgId);
    const problem = this.rotationProblem(document, org);
    if (problem !== null || org === null)
      throw new InvalidRequestError([{ path: 'key', message: problem ?? '' }], problem ?? undefined);
    return this.rotation(document, org, by, { shown: false, graceDays });
  }

  /** The old one ends with the grace period. */
  private async rotation(
    document: CredentialDocument,
    org: OrgRecord,
    by: Actor,
    options: RotationOptions,
  ): Promise<Consequence> {
    const { keyId, orgId, inForce } = document;
    const { status: _, ...terms } = inForce;
    const { shown, graceDays = org.settings.rotationGraceDays } = options;
    const environment = environmentOf(keyId);
    const { record, audit, issued } = await this.deps.issuer.draft({ orgId, environment, terms, by, shown });
    const end = new Date(this.deps.clock.now() + graceDays * DAY_MS);
    const expiresAt = inForce.expiresAt !== null && inForce.expiresAt < end ? inForce.expiresAt : end;
    return {
      change: { written: { expiresAt }, inForce: { ...inForce, expiresAt }, rotate: false, rotatedTo: issued.key },
      also: { audit: [this.audit(document, by, 'credential.rotated', { to: issued.key }), audit], issued: record },
      issued,
    };
  }

  /** Why the credential can't be rotated; null when it can. */
  private rotationProblem(document: CredentialDocument, org: OrgRecord | null): string | null {
    const { rotate, rotatedTo } = document;
    const { status, expiresAt } = credentialOf(document);
    if (rotate !== undefined && typeof rotate !== 'boolean') return 'Must be true or false.';
    if (org === null || org.status === 'revoked') return 'Its org is revoked.';
    if (status !== 'active') return 'It is revoked. Issue another credential.';
    if (expiresAt !== null && expiresAt.getTime() <= this.deps.clock.now())
      return 'It has ended. Issue another credential.';
    return rotatedTo === null ? null : `It was rotated already: ${rotatedTo} takes its place. Rotate that one.`;
  }

  /** null when it is revoked already. */
  revocation(document: CredentialDocument, by: Actor): Consequence | null {
    const status = 'revoked';
    if (document.inForce.status === status) return null;
    return {
      change: { written: { status }, inForce: { ...document.inForce, status } },
      also: { audit: [this.audit(document, by, 'credential.revoked')], hideSecret: true },
    };
  }

  private auditsOf(document: CredentialDocument, changed: readonly string[], by: Actor): AuditRecord[] {
    const others = changed.filter((field) => field !== 'status');
    return [
      ...(changed.includes('status') ? [this.audit(document, by, 'credential.revoked')] : []),
      ...(others.length > 0 ? [this.audit(document, by, 'credential.changed', { fields: others.join(', ') })] : []),
    ];
  }

  private audit(
    { orgId, keyId }: CredentialDocument,
    actor: Actor,
    action: AuditAction,
    details: AuditDetails = {},
  ): AuditRecord {
    const at = new Date(this.deps.clock.now());
    return auditRecord({ orgId, at, action, target: { kind: 'credential', id: keyId }, actor, details });
  }
}

function isAsked({ rotate }: CredentialDocument): boolean {
  return rotate !== undefined && rotate !== false;
}
