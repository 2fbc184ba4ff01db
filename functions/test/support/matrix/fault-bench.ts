import type { DocumentData } from '@google-cloud/firestore';
import { expect } from 'chai';
import { readConfig } from '../../../src/config/config.js';
import type { Contact } from '../../../src/contacts/contact.js';
import { traceOf } from '../../../src/delivery/contact-trace.js';
import type { OrgSettings } from '../../../src/orgs/org-settings.js';
import { REGISTRATION_LEASE_MS } from '../../../src/users/registration-policy.js';
import { type ApiResponse, expectStatus, type TestOrg } from '../api-client.js';
import { type EmulatorAppOptions, startEmulatorApp, type TestApp } from '../describe-app.js';
import { FirestoreProbe } from '../firestore-probe.js';
import { testStack } from '../global-stack.js';
import { GrpcFaultProxy } from '../grpc-fault-proxy.js';
import { HttpFaultProxy } from '../http-fault-proxy.js';
import { InvariantChecker } from '../invariants.js';
import { newRegistration, type TestUser } from '../scenario.js';
import { sweepNow } from '../sweep-now.js';
import type { WireFault } from '../wire-fault.js';
import { Providers } from './providers.js';

/** A request of the row; what it names must not be in the log. */
type Body = Readonly<Record<string, unknown>>;

/** What a row is run on. */
export interface FaultSetting {
  readonly options?: EmulatorAppOptions;
  readonly settings?: Partial<OrgSettings>;
  /** Whether messages go out through the real adapters to stand-ins of the providers; else to the outbox. */
  readonly through?: 'providers';
}

/**
 * The function with a fault proxy in front of each backend, fresh for each row of the fault matrix, and what must hold
 * after it whatever failed.
 */
export class FaultBench {
  private readonly users: TestUser[] = [];
  private readonly contacts: Contact[] = [];
  private readonly secrets = new Set<string>();

  private constructor(
    readonly app: TestApp,
    readonly firestore: GrpcFaultProxy,
    readonly identity: HttpFaultProxy,
    readonly providers: Providers,
    readonly org: TestOrg,
    readonly probe: FirestoreProbe,
  ) {}

  static async start({ options = {}, settings = {}, through }: FaultSetting = {}): Promise<FaultBench> {
    const { firestoreEmulator, authEmulator } = testStack();
    const [firestore, identity, providers] = await Promise.all([
      GrpcFaultProxy.to(firestoreEmulator),
      HttpFaultProxy.to(authEmulator),
      Providers.start(),
    ]);
    const env = { FIRESTORE_EMULATOR_HOST: firestore.host, FIREBASE_AUTH_EMULATOR_HOST: identity.host };
    const sender = through === 'providers' ? { sender: providers.sender() } : {};
    const app = await startEmulatorApp({ ...options, ...sender, env });
    const bench = new FaultBench(
      app,
      firestore,
      identity,
      providers,
      // Ten digits do not stand in the log by chance.
      await app.provision('Faults', { codeLength: 10, ...settings }),
      new FirestoreProbe(),
    );
    // Warm: the credential is known and connections are open, so that faults meet the request itself.
    expectStatus(await bench.post('introspect', { token: 'none' }), 200);
    return bench;
  }

  async close(): Promise<void> {
    await this.app.close();
    await Promise.all([this.firestore.close(), this.identity.close(), this.providers.stop(), this.probe.close()]);
  }

  failFirestore(...faults: WireFault[]): void {
    this.firestore.faults.set(...faults);
  }

  failIdentity(...faults: WireFault[]): void {
    this.identity.faults.set(...faults);
  }

  heal(): void {
    this.failFirestore();
    this.failIdentity();
    this.providers.heal();
  }

  post(path: string, body: Body, headers: Readonly<Record<string, string>> = {}): Promise<ApiResponse> {
    for (const value of Object.values(body)) if (typeof value === 'string') this.secrets.add(value);
    return this.app.api.request(`/partner/auth/${path}`, { org: this.org, body, headers });
  }

  me(session: string): Promise<ApiResponse> {
    return this.app.api.request('/partner/users/me', { method: 'GET', org: this.org, session });
  }

  /** A registration that nobody has made yet, watched for what it leaves behind. */
  newcomer(overrides: Body = {}) {
    const registration = newRegistration(overrides);
    this.contacts.push(
      { kind: 'email', value: registration.email },
      { kind: 'phone', value: registration.phone_number },
    );
    return registration;
  }

  async user(overrides: Body = {}): Promise<TestUser> {
    const registration = this.newcomer(overrides);
    const { body } = expectStatus(await this.post('register', registration), 201);
    const { email, phone_number, password } = registration;
    const user = { userId: body.userId, email, phone_number, password };
    this.users.push(user);
    return user;
  }

  /** A login code, read from the message. */
  loginCode(user: TestUser): Promise<string> {
    return this.app.scenario.sendLoginCode(this.org, user);
  }

  verify(user: TestUser, code: string, key?: string): Promise<ApiResponse> {
    return this.post('verify-otp', { email: user.email, code }, key === undefined ? {} : { 'idempotency-key': key });
  }

  async sessions({ userId }: TestUser): Promise<number> {
    return (await this.probe.sessionsOf(this.org.org.orgId, userId)).length;
  }

  /** Whose the contacts of a registration are. */
  async reservedUids({ email, phone_number }: Pick<TestUser, 'email' | 'phone_number'>): Promise<string[]> {
    const checker = new InvariantChecker();
    const contacts: Contact[] = [
      { kind: 'email', value: email },
      { kind: 'phone', value: phone_number },
    ];
    const { reservations } = await checker.read(this.org, contacts).finally(() => checker.close());
    return contacts.map(({ value }) => reservations.get(value)?.uid ?? 'nobody');
  }

  messagesTo({ email, phone_number }: Pick<TestUser, 'email' | 'phone_number'>): number {
    return this.app.outbox.messages.filter(({ to }) => to === email || to === phone_number).length;
  }

  /** The user's codes that can still be used. */
  async liveCodes({ userId }: TestUser): Promise<number> {
    const codes = await this.probe.challengesOf(userId);
    return codes.filter(({ mac, sequence, voidedUpTo = -1 }) => typeof mac === 'string' && voidedUpTo < sequence)
      .length;
  }

  /** What became of the messages to a contact, the oldest first. */
  async statuses(contact: string): Promise<string[]> {
    return (await this.deliveries(contact)).map(({ status }) => status);
  }

  async deliveries(contact: string): Promise<DocumentData[]> {
    await this.app.services.background.idle();
    const kind = contact.includes('@') ? 'email' : 'phone';
    const { contactHash } = traceOf(readConfig(testStack().env).secrets.indexKey, { kind, value: contact });
    const found = await this.probe.filtered('deliveries', 'contactHash', contactHash);
    return found.sort((a, b) => a['createdAt'].toMillis() - b['createdAt'].toMillis());
  }

  async sweep(): Promise<void> {
    await sweepNow(this.app);
  }

  /** What holds after every row: once leases are over and the sweep has been by, nothing is half done and nothing was told. */
  async assertInvariants(): Promise<void> {
    this.heal();
    this.app.clock.advance(2 * REGISTRATION_LEASE_MS);
    await this.sweep();
    const checker = new InvariantChecker();
    try {
      const orphans = await checker.orphans(this.org, this.contacts);
      expect(orphans, 'orphans').to.deep.equal({ users: [], profiles: [], reservations: [] });
    } finally {
      await checker.close();
    }
    for (const user of this.users) expect(await this.liveCodes(user), 'live codes').to.be.at.most(1);
    const log = this.app.logs.join('');
    for (const secret of this.secrets)
      if (secret.length > 5) expect(log.includes(secret), 'told in the log').to.equal(false);
  }
}
