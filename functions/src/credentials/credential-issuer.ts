import { type Actor, type AuditRecord, auditRecord } from '../audit/audit-record.js';
import type { Clock } from '../lib/clock.js';
import type { OrgId } from '../orgs/org-id.js';
import {
  type CredentialEnvironment,
  generateKeyId,
  generateSecret,
  type KeyId,
  type OrgSecret,
  SHOWN_PREFIX_LENGTH,
} from './credential-id.js';
import { SECRET_SHOWN_MS } from './credential-policy.js';
import type { CredentialTerms, NewCredential } from './credential-record.js';
import type { SecretHasher } from './secret-hasher.js';
import { SecretTagger, toStoredTag } from './secret-tag.js';

interface IssuerDependencies {
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

export interface IssuedCredential {
  readonly key: KeyId;
  readonly secret: OrgSecret;
}

export interface CredentialOrder {
  readonly orgId: OrgId;
  readonly environment: CredentialEnvironment;
  readonly terms: Omit<CredentialTerms, 'status'>;
  readonly by: Actor;
  /** Whether the console is to show the secret; otherwise it is in the answer and nowhere else. */
  readonly shown: boolean;
}

/** A credential that is ready to be stored, in whatever commit it belongs to. */
export interface Draft {
  readonly issued: IssuedCredential;
  readonly record: NewCredential;
  readonly audit: AuditRecord;
}

/** Makes keys and secrets. */
export class CredentialIssuer {
  private readonly tagger: SecretTagger;

  constructor(private readonly deps: IssuerDependencies) {
    this.tagger = new SecretTagger(deps.indexKey);
  }

  async draft({ orgId, environment, terms, by, shown }: CredentialOrder): Promise<Draft> {
    const key = generateKeyId(environment);
    const secret = generateSecret(environment);
    const at = new Date(this.deps.clock.now());
    const secretShownUntil = shown ? new Date(at.getTime() + SECRET_SHOWN_MS) : null;
    const credential = {
      ...terms,
      keyId: key,
      orgId,
      status: 'active',
      secretHash: await this.deps.hasher.hash(secret),
      secretTag: toStoredTag(this.tagger.tag(key, secret)),
      prefix: secret.slice(0, SHOWN_PREFIX_LENGTH),
      createdAt: at,
      createdBy: `${by.kind}:${by.id ?? 'unknown'}`,
      lastUsedAt: null,
      rotatedTo: null,
      secretShownUntil,
    } as const;
    return {
      issued: { key, secret },
      record: { credential, shown: secretShownUntil === null ? null : { secret, until: secretShownUntil } },
      audit: auditRecord({
        orgId,
        at,
        action: 'credential.issued',
        target: { kind: 'credential', id: key },
        actor: by,
      }),
    };
  }
}
