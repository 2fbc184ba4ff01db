import type { AppStore } from './apps/app-store.js';
import type { AuditStore } from './audit/audit-store.js';
import type { ChallengeStore } from './codes/challenge-store.js';
import type { CredentialStore } from './credentials/credential-store.js';
import type { CallbackVerifiers } from './delivery/callback-verifier.js';
import type { DeliveryQueue } from './delivery/delivery-queue.js';
import type { DeliveryStore } from './delivery/delivery-store.js';
import type { MessageSender } from './delivery/message-sender.js';
import type { IdempotencyStore } from './idempotency/idempotency-store.js';
import type { IdentityProvider } from './identity/identity-provider.js';
import type { TenantDirectory } from './identity/tenant-directory.js';
import type { LimitStore } from './limits/limit-store.js';
import type { AppCheck } from './main-app/app-check.js';
import type { MainProfileStore } from './main-app/profile-store.js';
import type { OrgStore } from './orgs/org-store.js';
import type { SessionStore } from './sessions/session-store.js';
import type { CustomTokenSigner, SessionTokenVerifier, TokenExchanger } from './sessions/session-tokens.js';
import type { ReservationStore } from './users/reservation-store.js';
import type { RevocationStore } from './users/revocation-store.js';
import type { UserStore } from './users/user-store.js';

/** Everything outside that the domain needs. Adapters implement these; tests pass their own. */
export interface Ports {
  readonly orgs: OrgStore;
  readonly credentials: CredentialStore;
  readonly apps: AppStore;
  readonly audit: AuditStore;
  readonly users: UserStore;
  readonly profiles: MainProfileStore;
  readonly reservations: ReservationStore;
  readonly revocations: RevocationStore;
  readonly challenges: ChallengeStore;
  readonly sessions: SessionStore;
  readonly limits: LimitStore;
  readonly idempotency: IdempotencyStore;
  readonly identities: IdentityProvider;
  readonly tenants: TenantDirectory;
  readonly signer: CustomTokenSigner;
  readonly exchanger: TokenExchanger;
  readonly verifier: SessionTokenVerifier;
  readonly appCheck: AppCheck;
  readonly deliveries: DeliveryStore;
  readonly sender: MessageSender;
  readonly queue: DeliveryQueue;
  readonly callbacks: CallbackVerifiers;
}
