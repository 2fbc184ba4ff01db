import { createRemoteJWKSet } from 'jose';
import { APP_CHECK_JWKS_URL, AppCheckVerifier } from './adapters/app-check/app-check-verifier.js';
import { CloudTasksQueue } from './adapters/cloud-tasks/cloud-tasks-queue.js';
import { FirestoreAccess } from './adapters/firestore/firestore-access.js';
import { FirestoreAppStore } from './adapters/firestore/firestore-app-store.js';
import { FirestoreAuditStore } from './adapters/firestore/firestore-audit-store.js';
import { FirestoreChallengeStore } from './adapters/firestore/firestore-challenge-store.js';
import { FirestoreCredentialStore } from './adapters/firestore/firestore-credential-store.js';
import { FirestoreDeliveryStore } from './adapters/firestore/firestore-delivery-store.js';
import { isFirestoreOutage } from './adapters/firestore/firestore-errors.js';
import { FirestoreIdempotencyStore } from './adapters/firestore/firestore-idempotency-store.js';
import { FirestoreLimitStore } from './adapters/firestore/firestore-limit-store.js';
import { FirestoreMainProfileStore } from './adapters/firestore/firestore-main-profile-store.js';
import { FirestoreOrgStore } from './adapters/firestore/firestore-org-store.js';
import { FirestoreReservationStore } from './adapters/firestore/firestore-reservation-store.js';
import { FirestoreRevocationStore } from './adapters/firestore/firestore-revocation-store.js';
import { FirestoreSessionStore } from './adapters/firestore/firestore-session-store.js';
import { FirestoreUserStore } from './adapters/firestore/firestore-user-store.js';
import {
  EmulatorTokenSigner,
  type ServiceAccount,
  ServiceAccountTokenSigner,
} from './adapters/identity-platform/custom-token-signers.js';
import { IdTokenVerifier, SECURETOKEN_JWKS_URL } from './adapters/identity-platform/id-token-verifier.js';
import { IdentityPlatformExchanger } from './adapters/identity-platform/identity-platform-exchanger.js';
import { IdentityPlatformProvider } from './adapters/identity-platform/identity-platform-provider.js';
import { IdentityPlatformTenants } from './adapters/identity-platform/identity-platform-tenants.js';
import { type AccessTokens, IdentityToolkitClient } from './adapters/identity-platform/identity-toolkit-client.js';
import { isIdentityPlatformOutage } from './adapters/identity-platform/identity-toolkit-error.js';
import { isAccountRefused, isDeliveryOutage } from './adapters/not-accepted-error.js';
import { OutboxSender } from './adapters/outbox/outbox-sender.js';
import { SendGridCallbackVerifier } from './adapters/sendgrid/sendgrid-callback-verifier.js';
import { SendGridSender } from './adapters/sendgrid/sendgrid-sender.js';
import { TwilioCallbackVerifier } from './adapters/twilio/twilio-callback-verifier.js';
import { TwilioSender } from './adapters/twilio/twilio-sender.js';
import type { Config } from './config/config.js';
import type { DeliveryConfig } from './config/delivery.js';
import type { CallbackVerifiers } from './delivery/callback-verifier.js';
import { ChannelSender } from './delivery/channel-sender.js';
import type { MessageSender } from './delivery/message-sender.js';
import { Backend, type BackendObserver, type BackendOptions } from './lib/backend.js';
import { BACKEND_TIMES, type BackendTimes, type BackendTimesByName, type BreakerPolicy } from './lib/backend-policy.js';
import { type Clock, SECOND_MS, systemClock } from './lib/clock.js';
import type { Ports } from './ports.js';

const CLOUD_PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

export interface CompositionOptions {
  readonly clock?: Clock;
  readonly observer?: BackendObserver;
  /** When the breakers open; as the policy has it unless given. */
  readonly breaker?: BreakerPolicy;
  /** How long calls may take; as the policy has it unless given. */
  readonly times?: BackendTimesByName;
  /** Whether the project is to pay for calls by its name, as those of people's logins need it. Default false. */
  readonly billed?: boolean;
}

type BackendMaker = (name: string, own: BackendOptions) => Backend;

/** The adapters for a configuration, and how to let go of them. */
export function composePorts(
  config: Config,
  { clock = systemClock, observer, breaker, times = BACKEND_TIMES, billed = false }: CompositionOptions = {},
): { ports: Ports; close(): Promise<void> } {
  const backend: BackendMaker = (name, own) => new Backend(name, { ...own, observer, breaker });
  const { projectId, apiKey, emulators } = config;
  const account = emulators === null ? googleAccount() : null;
  const firestore = new FirestoreAccess(
    { projectId, emulatorHost: emulators?.firestore, timeoutMs: times.firestore.timeoutMs },
    backend('firestore', { ...times.firestore, isOutage: isFirestoreOutage }),
  );
  const toolkit = new IdentityToolkitClient(
    { projectId, apiKey, emulatorHost: emulators?.auth, billed },
    account ?? EMULATOR_TOKENS,
    backend('identity-platform', { ...times.identityPlatform, isOutage: isIdentityPlatformOutage }),
  );
  const ports: Ports = {
    orgs: new FirestoreOrgStore(firestore),
    credentials: new FirestoreCredentialStore(firestore),
    apps: new FirestoreAppStore(firestore),
    audit: new FirestoreAuditStore(firestore),
    users: new FirestoreUserStore(firestore),
    profiles: new FirestoreMainProfileStore(firestore),
    reservations: new FirestoreReservationStore(firestore),
    revocations: new FirestoreRevocationStore(firestore),
    challenges: new FirestoreChallengeStore(firestore),
    sessions: new FirestoreSessionStore(firestore),
    limits: new FirestoreLimitStore(firestore),
    idempotency: new FirestoreIdempotencyStore(firestore),
    identities: new IdentityPlatformProvider(toolkit),
    tenants: new IdentityPlatformTenants(toolkit),
    signer:
      account === null
        ? new EmulatorTokenSigner(clock)
        : new ServiceAccountTokenSigner(account, clock, backend('iam', times.iam)),
    exchanger: new IdentityPlatformExchanger(toolkit),
    verifier: new IdTokenVerifier({
      projectId,
      clock,
      keys: account === null ? 'emulator' : googleKeys(SECURETOKEN_JWKS_URL),
    }),
    appCheck: new AppCheckVerifier({ projectId, clock, keys: googleKeys(APP_CHECK_JWKS_URL) }),
    deliveries: new FirestoreDeliveryStore(firestore),
    sender: composeSender(config.delivery, times.delivery, backend),
    queue: new CloudTasksQueue(
      { projectId, functionName: `locations/${config.region}/functions/deliver` },
      backend('tasks', times.tasks),
    ),
    callbacks: composeCallbacks(config.delivery),
  };
  return { ports, close: () => firestore.close() };
}

function composeSender(
  { outboxUrl, twilio, sendgrid }: DeliveryConfig,
  times: BackendTimes,
  backend: BackendMaker,
): MessageSender {
  const own = { ...times, isOutage: isDeliveryOutage, isFatal: isAccountRefused };
  const outbox = outboxUrl === null ? null : new OutboxSender(outboxUrl, backend('outbox', own));
  return new ChannelSender({
    sms: twilio === null ? outbox : new TwilioSender(twilio, backend('twilio', own)),
    email: sendgrid === null ? outbox : new SendGridSender(sendgrid, backend('sendgrid', own)),
  });
}

/** Of a provider whose signature can't be checked no report is taken. */
function composeCallbacks({ callbacks }: DeliveryConfig): CallbackVerifiers {
  const { publicUrl, twilioAuthToken: authToken, sendgridPublicKey } = callbacks;
  return {
    twilio: publicUrl === null || authToken === null ? null : new TwilioCallbackVerifier({ publicUrl, authToken }),
    sendgrid: sendgridPublicKey === null ? null : new SendGridCallbackVerifier(sendgridPublicKey),
  };
}

const EMULATOR_TOKENS: AccessTokens = { get: async () => 'owner' };

function googleKeys(url: string) {
  return createRemoteJWKSet(new URL(url), { timeoutDuration: 2 * SECOND_MS });
}

/** The function's own service account, loaded when first needed. */
function googleAccount(): AccessTokens & ServiceAccount {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: [CLOUD_PLATFORM_SCOPE] });
  };
  const auth = () => {
    loading ??= load();
    return loading;
  };
  return {
    get: async () => (await (await auth()).getAccessToken()) ?? '',
    getCredentials: async () => (await auth()).getCredentials(),
    sign: async (data) => (await auth()).sign(data),
  };
}
