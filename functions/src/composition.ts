import { createRemoteJWKSet } from 'jose';
import { CloudTasksQueue } from './adapters/cloud-tasks/cloud-tasks-queue.js';
import { FirestoreAccess } from './adapters/firestore/firestore-access.js';
import { FirestoreAppStore } from './adapters/firestore/firestore-app-store.js';
import { FirestoreChallengeStore } from './adapters/firestore/firestore-challenge-store.js';
import { FirestoreCredentialStore } from './adapters/firestore/firestore-credential-store.js';
import { FirestoreLimitStore } from './adapters/firestore/firestore-limit-store.js';
import { FirestoreOrgStore } from './adapters/firestore/firestore-org-store.js';
import { FirestoreReservationStore } from './adapters/firestore/firestore-reservation-store.js';
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
import { OutboxSender } from './adapters/outbox/outbox-sender.js';
import { SendGridSender } from './adapters/sendgrid/sendgrid-sender.js';
import { TwilioSender } from './adapters/twilio/twilio-sender.js';
import { AppService } from './apps/app-service.js';
import { CodeService } from './codes/code-service.js';
import type { Config } from './config/config.js';
import type { DeliveryConfig } from './config/delivery.js';
import type { Secrets } from './config/secrets.js';
import { CredentialService } from './credentials/credential-service.js';
import { SecretHasher } from './credentials/secret-hasher.js';
import { ChannelSender } from './delivery/channel-sender.js';
import { DeliveryService } from './delivery/delivery-service.js';
import type { MessageSender } from './delivery/message-sender.js';
import { Backend, type BackendObserver } from './lib/backend.js';
import { type Clock, SECOND_MS, systemClock } from './lib/clock.js';
import { Limiter } from './limits/limiter.js';
import { OrgService } from './orgs/org-service.js';
import { FieldCipher } from './pii/field-cipher.js';
import type { Ports } from './ports.js';
import { SessionService } from './sessions/session-service.js';
import { AccessService } from './users/access-service.js';
import { LoginService } from './users/login-service.js';
import { PasswordService } from './users/password-service.js';
import { RegistrationService } from './users/registration-service.js';
import { UserService } from './users/user-service.js';

/** How long one call to a backend may take; the longest path of a request stays below its own 10 s. */
const TIMEOUTS_MS = {
  firestore: 2 * SECOND_MS,
  identityPlatform: 3 * SECOND_MS,
  iam: 2 * SECOND_MS,
  tasks: 2 * SECOND_MS,
  delivery: 4 * SECOND_MS,
};

const CLOUD_PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

export interface CompositionOptions {
  readonly clock?: Clock;
  readonly observer?: BackendObserver;
}

/** The adapters for a configuration, and how to let go of them. */
export function composePorts(
  config: Config,
  { clock = systemClock, observer }: CompositionOptions = {},
): { ports: Ports; close(): Promise<void> } {
  const { projectId, apiKey, emulators } = config;
  const account = emulators === null ? googleAccount() : null;
  const firestore = new FirestoreAccess(
    { projectId, emulatorHost: emulators?.firestore },
    new Backend('firestore', TIMEOUTS_MS.firestore, observer),
  );
  const toolkit = new IdentityToolkitClient(
    { projectId, apiKey, emulatorHost: emulators?.auth },
    account ?? EMULATOR_TOKENS,
    new Backend('identity-platform', TIMEOUTS_MS.identityPlatform, observer),
  );
  const ports: Ports = {
    orgs: new FirestoreOrgStore(firestore),
    credentials: new FirestoreCredentialStore(firestore),
    apps: new FirestoreAppStore(firestore),
    users: new FirestoreUserStore(firestore),
    reservations: new FirestoreReservationStore(firestore),
    challenges: new FirestoreChallengeStore(firestore),
    sessions: new FirestoreSessionStore(firestore),
    limits: new FirestoreLimitStore(firestore),
    identities: new IdentityPlatformProvider(toolkit),
    tenants: new IdentityPlatformTenants(toolkit),
    signer:
      account === null
        ? new EmulatorTokenSigner(clock)
        : new ServiceAccountTokenSigner(account, clock, new Backend('iam', TIMEOUTS_MS.iam, observer)),
    exchanger: new IdentityPlatformExchanger(toolkit),
    verifier: new IdTokenVerifier({ projectId, clock, keys: account === null ? 'emulator' : googleKeys() }),
    sender: composeSender(config.delivery, observer),
    queue: new CloudTasksQueue(
      { projectId, functionName: `locations/${config.region}/functions/deliver` },
      new Backend('tasks', TIMEOUTS_MS.tasks, observer),
    ),
  };
  return { ports, close: () => firestore.close() };
}

/** The domain's services on any ports. */
export function composeServices(
  ports: Ports,
  secrets: Secrets,
  clock: Clock = systemClock,
  hasher = new SecretHasher(),
) {
  const { indexKey, codePeppers: peppers } = secrets;
  const cipher = new FieldCipher(secrets.dataKeys);
  const limiter = new Limiter({ limits: ports.limits, clock, indexKey });
  const codes = new CodeService({ challenges: ports.challenges, clock, peppers, indexKey });
  const sessions = new SessionService({ ...ports, clock });
  const access = new AccessService({ codes, sessions });
  const delivery = new DeliveryService({ sender: ports.sender, queue: ports.queue, cipher });
  const credentials = new CredentialService({ credentials: ports.credentials, orgs: ports.orgs, hasher, clock });
  return {
    credentials,
    sessions,
    delivery,
    apps: new AppService({ apps: ports.apps, clock, indexKey }),
    orgs: new OrgService({ orgs: ports.orgs, tenants: ports.tenants, credentials, clock }),
    registration: new RegistrationService({ ...ports, cipher, clock, indexKey }),
    login: new LoginService({ ...ports, codes, sessions, delivery, limiter }),
    passwords: new PasswordService({ ...ports, codes, access, delivery, limiter, indexKey }),
    users: new UserService({ ...ports, access, cipher, clock, indexKey }),
  };
}

export type ComposedServices = ReturnType<typeof composeServices>;

function composeSender({ outboxUrl, twilio, sendgrid }: DeliveryConfig, observer?: BackendObserver): MessageSender {
  const backend = (name: string) => new Backend(name, TIMEOUTS_MS.delivery, observer);
  const outbox = outboxUrl === null ? null : new OutboxSender(outboxUrl, backend('outbox'));
  return new ChannelSender({
    sms: twilio === null ? outbox : new TwilioSender(twilio, backend('twilio')),
    email: sendgrid === null ? outbox : new SendGridSender(sendgrid, backend('sendgrid')),
  });
}

const EMULATOR_TOKENS: AccessTokens = { get: async () => 'owner' };

function googleKeys() {
  return createRemoteJWKSet(new URL(SECURETOKEN_JWKS_URL), { timeoutDuration: 2 * SECOND_MS });
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
