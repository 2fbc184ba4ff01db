import { createLocalJWKSet } from 'jose';
import type { Clock } from '../../lib/clock.js';
import type { Ports } from '../../ports.js';
import { AppCheckVerifier } from '../app-check/app-check-verifier.js';
import { EmulatorTokenSigner } from '../identity-platform/custom-token-signers.js';
import { IdTokenVerifier } from '../identity-platform/id-token-verifier.js';
import { MemoryAppStore } from './memory-app-store.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { MemoryChallengeStore } from './memory-challenge-store.js';
import { MemoryCredentialStore } from './memory-credential-store.js';
import { MemoryOutbox, MemoryQueue } from './memory-delivery.js';
import { MemoryDeliveryStore } from './memory-delivery-store.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';
import { MemoryExchanger, MemoryIdentityProvider, MemoryTenants } from './memory-identity.js';
import { MemoryMainProfileStore } from './memory-main-profile-store.js';
import { MemoryOrgStore } from './memory-org-store.js';
import { MemoryRevocationStore } from './memory-revocation-store.js';
import { MemorySessionStore } from './memory-session-store.js';
import { MemoryLimitStore } from './memory-stores.js';
import { MemoryReservationStore, MemoryUserStore } from './memory-user-stores.js';

export interface MemoryPorts extends Ports {
  readonly profiles: MemoryMainProfileStore;
  readonly deliveries: MemoryDeliveryStore;
  readonly sender: MemoryOutbox;
  readonly queue: MemoryQueue;
}

/** Every port in memory: the same contracts as the real adapters, without emulators. */
export function memoryPorts(projectId: string, clock: Clock): MemoryPorts {
  const audit = new MemoryAuditStore();
  const credentials = new MemoryCredentialStore(audit);
  const challenges = new MemoryChallengeStore();
  const reservations = new MemoryReservationStore();
  const identities = new MemoryIdentityProvider(clock);
  const limits = new MemoryLimitStore();
  return {
    orgs: new MemoryOrgStore(audit, credentials),
    credentials,
    audit,
    apps: new MemoryAppStore(audit),
    users: new MemoryUserStore(reservations, audit),
    profiles: new MemoryMainProfileStore(reservations),
    reservations,
    revocations: new MemoryRevocationStore(),
    challenges,
    sessions: new MemorySessionStore(challenges, audit, limits),
    limits,
    idempotency: new MemoryIdempotencyStore(),
    identities,
    tenants: new MemoryTenants(),
    signer: new EmulatorTokenSigner(clock),
    exchanger: new MemoryExchanger(projectId, identities, clock),
    verifier: new IdTokenVerifier({ projectId, clock, keys: 'emulator' }),
    appCheck: new AppCheckVerifier({ projectId, clock, keys: createLocalJWKSet({ keys: [] }) }),
    deliveries: new MemoryDeliveryStore(),
    sender: new MemoryOutbox(),
    queue: new MemoryQueue(),
    callbacks: { twilio: null, sendgrid: null },
  };
}
