import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import {
  ClientInactiveError,
  InvalidClientError,
  OriginNotAllowedError,
  UnavailableError,
} from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import { equalMacs } from '../lib/crypto.js';
import { isWithin } from '../lib/ip-address.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import { ComparisonBound } from './comparison-bound.js';
import { environmentOf, isKeyId, isSecret, type KeyId, type OrgSecret } from './credential-id.js';
import { CredentialLookups, type Lookup } from './credential-lookups.js';
import { CREDENTIAL_CACHE_SIZE, LAST_USED_GRAIN_MS, REFUSAL_AFTER_READ_MS } from './credential-policy.js';
import type { CredentialRecord, CredentialScope } from './credential-record.js';
import type { CredentialStore } from './credential-store.js';
import type { SecretHasher } from './secret-hasher.js';
import { SecretTagger } from './secret-tag.js';

interface CredentialServiceDependencies {
  readonly credentials: CredentialStore;
  readonly orgs: OrgStore;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
  /** Waits; tests do not. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** An org that has proved its key and secret. */
export interface AuthenticatedOrg {
  readonly org: OrgRecord;
  readonly keyId: KeyId;
  readonly scopes: readonly CredentialScope[];
}

/** A credential that somebody had the secret of: its MAC, and the documents, whose hash bcrypt has compared with it. */
interface Proof {
  readonly tag: Buffer;
  readonly lookup: Lookup;
  readonly credential: CredentialRecord;
  /** Whether its use has been written down since the documents were read. */
  isNoted: boolean;
}

/**
 * Checks org credentials: checksum, memory of those who have proved theirs, the document, the tag, and only
 * then bcrypt. Anybody can have wrong secrets checked without end; all that they reach is one MAC.
 */
export class CredentialService {
  /** Only right secrets get in here: no flood of others takes a partner's place. */
  private readonly proofs = new LRUCache<KeyId, Proof>({ max: CREDENTIAL_CACHE_SIZE });
  private readonly inFlight = new Map<string, Promise<Proof>>();
  private readonly bound = new ComparisonBound();
  private readonly decoy = randomBytes(32);
  private readonly lookups: CredentialLookups;
  private readonly tagger: SecretTagger;
  private readonly pause: (milliseconds: number) => Promise<void>;

  constructor(private readonly deps: CredentialServiceDependencies) {
    this.lookups = new CredentialLookups(deps);
    this.tagger = new SecretTagger(deps.indexKey);
    this.pause = deps.pause ?? ((milliseconds) => sleep(milliseconds));
  }

  /**
   * `address` is where the call comes from, as the platform saw it.
   * @throws InvalidClientError, ClientInactiveError, OriginNotAllowedError, UnavailableError
   */
  async authenticate(
    key: string | undefined,
    secret: string | undefined,
    address: string | null = null,
  ): Promise<AuthenticatedOrg> {
    if (key === undefined || secret === undefined || !isKeyId(key) || !isSecret(secret)) throw new InvalidClientError();
    const proof = await this.prove(key, secret);
    const { lookup, credential } = proof;
    const org = await lookup.org();
    // A key of the other environment can't have been issued to this org.
    if (org === null || org.environment !== environmentOf(key)) throw new InvalidClientError();
    const caller = { orgId: org.orgId, keyId: key };
    if (org.status !== 'active') throw new ClientInactiveError(caller);
    if (!isAllowedFrom(credential, address)) throw new OriginNotAllowedError(caller);
    await this.noteUse(proof);
    return { org, keyId: credential.keyId, scopes: credential.scopes };
  }

  /**
   * That it is in use, once an hour; and at its first use its secret is taken out of the console. The caller's request is
   * right whether or not that can be written: what is missed here is done with the next documents that are read.
   */
  private async noteUse(proof: Proof): Promise<void> {
    const { credential } = proof;
    const now = this.deps.clock.now();
    const hideSecret = credential.secretShownUntil !== null;
    const isRecent = now - (credential.lastUsedAt?.getTime() ?? 0) < LAST_USED_GRAIN_MS;
    if (proof.isNoted || (isRecent && !hideSecret)) return;
    proof.isNoted = true;
    const change = { lastUsedAt: new Date(now) };
    await this.deps.credentials.change(credential, change, { hideSecret }).catch(() => null);
  }

  /** From memory for 60 s; callers that bring the same secret while it is being verified share the one verification. */
  private async prove(key: KeyId, secret: OrgSecret): Promise<Proof> {
    const tag = this.tagger.tag(key, secret);
    const earlier = this.proofs.get(key);
    const repeated = equalMacs(tag, earlier?.tag ?? this.decoy) ? earlier : undefined;
    if (repeated !== undefined && this.isLive(repeated)) return repeated;
    const remembered = this.lookups.recall(key);
    // The whole of what a flood costs.
    if (remembered !== undefined && !hasTag(remembered, tag)) throw new InvalidClientError();
    const id = tag.toString('base64');
    const running = this.inFlight.get(id);
    if (running !== undefined) return running;
    const verification = this.verify(key, secret, { tag, repeated, remembered }).finally(() =>
      this.inFlight.delete(id),
    );
    this.inFlight.set(id, verification);
    return verification;
  }

  /** What is remembered is refused at once; what has to be read, when the read has had its time, whatever it finds. */
  private async verify(
    key: KeyId,
    secret: OrgSecret,
    { tag, repeated, remembered }: { tag: Buffer; repeated: Proof | undefined; remembered: Lookup | undefined },
  ): Promise<Proof> {
    const due = remembered === undefined ? this.pause(REFUSAL_AFTER_READ_MS) : undefined;
    const lookup = remembered ?? (await this.lookups.find(key));
    const proof = await this.proofOf(lookup, secret, tag, repeated);
    if (proof !== null) {
      this.proofs.set(key, proof);
      return proof;
    }
    this.lookups.rememberRefused(key, lookup);
    await due;
    throw new InvalidClientError();
  }

  /** The same steps for an unknown key and for a wrong secret. @throws UnavailableError */
  private async proofOf(
    lookup: Lookup,
    secret: OrgSecret,
    tag: Buffer,
    repeated: Proof | undefined,
  ): Promise<Proof | null> {
    const { credential } = lookup;
    if (credential === null || !hasTag(lookup, tag) || !this.isLive({ lookup, credential })) return null;
    const proof = { tag, lookup, credential, isNoted: false };
    // Read again, but with the hash that this very secret was compared with: bcrypt would say the same.
    if (repeated?.credential.secretHash === credential.secretHash) return proof;
    // Where no tag stops a flood it costs one read a minute all the same, though some of it is never answered yes or no.
    if (lookup.tag === null) this.lookups.rememberRefused(credential.keyId, lookup);
    return (await this.compare(credential, secret)) ? proof : null;
  }

  /** By the clock, on every request: documents that are remembered, and a credential's own end. */
  private isLive({ lookup, credential }: Pick<Proof, 'lookup' | 'credential'>): boolean {
    const now = this.deps.clock.now();
    const ended = credential.expiresAt !== null && credential.expiresAt.getTime() <= now;
    return lookup.until > now && credential.status === 'active' && !ended;
  }

  /** @throws UnavailableError */
  private compare({ keyId, secretHash }: CredentialRecord, secret: OrgSecret): Promise<boolean> {
    // 503 and not 429: the partner has asked for nothing too often, and nothing is known to be wrong with its secret.
    if (!this.bound.admit(keyId, this.deps.clock.now())) throw new UnavailableError();
    return this.deps.hasher.matches(secret, secretHash);
  }
}

/** In constant time; where the tag was lost, any will do. */
function hasTag(lookup: Lookup, tag: Buffer): boolean {
  return equalMacs(tag, lookup.tag ?? tag);
}

/** Where the platform did not say whence a call comes, no list can allow it. */
function isAllowedFrom({ allowedAddresses }: CredentialRecord, address: string | null): boolean {
  if (allowedAddresses === null) return true;
  return address !== null && allowedAddresses.some((network) => isWithin(address, network));
}
