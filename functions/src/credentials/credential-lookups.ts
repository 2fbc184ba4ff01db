import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import type { KeyId } from './credential-id.js';
import { CREDENTIAL_CACHE_MS, CREDENTIAL_CACHE_SIZE } from './credential-policy.js';
import type { CredentialRecord } from './credential-record.js';
import type { CredentialStore } from './credential-store.js';
import { fromStoredTag } from './secret-tag.js';

/** A credential's documents as they were read, and for how long that may be relied on. */
export interface Lookup {
  readonly credential: CredentialRecord | null;
  /** What the secret's MAC must be: one that nothing has when there is no credential, null when the tag was lost. */
  readonly tag: Buffer | null;
  /** 60 s after the read of the first document began. Whatever is derived from a lookup ends with it. */
  readonly until: number;
  /** The credential's org, read once and only for somebody who has proved the secret. @throws UnavailableError */
  org(): Promise<OrgRecord | null>;
}

interface Dependencies {
  readonly credentials: CredentialStore;
  readonly orgs: OrgStore;
  readonly clock: Clock;
}

/**
 * Reads credentials. What was refused is remembered, found or not, so that a flood on a key id costs one read a minute; and
 * only what was refused, so that a wrong secret costs the same whether or not the partner is using the key meanwhile.
 */
export class CredentialLookups {
  private readonly refused = new LRUCache<KeyId, Lookup>({ max: CREDENTIAL_CACHE_SIZE });
  private readonly inFlight = new Map<KeyId, Promise<Lookup>>();
  private readonly decoy = randomBytes(32);

  constructor(private readonly deps: Dependencies) {}

  /** What is remembered, and still valid. */
  recall(key: KeyId): Lookup | undefined {
    const known = this.refused.get(key);
    return known !== undefined && known.until > this.deps.clock.now() ? known : undefined;
  }

  /** Callers that come meanwhile share the read. @throws UnavailableError */
  find(key: KeyId): Promise<Lookup> {
    const running = this.inFlight.get(key);
    if (running !== undefined) return running;
    const reading = this.read(key).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, reading);
    return reading;
  }

  /** Until its end, for the next wrong secret. */
  rememberRefused(key: KeyId, lookup: Lookup): void {
    this.refused.set(key, lookup);
  }

  private async read(key: KeyId): Promise<Lookup> {
    const until = this.deps.clock.now() + CREDENTIAL_CACHE_MS;
    const credential = await this.deps.credentials.find(key);
    if (credential === null) return { credential, tag: this.decoy, until, org: async () => null };
    const { secretTag, orgId } = credential;
    const tag = secretTag === null ? null : fromStoredTag(secretTag);
    return { credential, tag, until, org: once(() => this.deps.orgs.find(orgId)) };
  }
}

/** Runs the work once, for all who ask; a failure is shared, and then forgotten. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
