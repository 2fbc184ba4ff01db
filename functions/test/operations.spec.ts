import { expect } from 'chai';
import { memoryPorts } from '../src/adapters/memory/memory-ports.js';
import { ConsoleEdits } from '../src/admin/console/console-edits.js';
import { EDIT_GIVEN_UP_MS } from '../src/admin/console/console-policy.js';
import { composeServices } from '../src/compose-services.js';
import { TWILIO_STATUS_PATH } from '../src/delivery/callback-url.js';
import { deliveryId } from '../src/delivery/delivery-id.js';
import { SmsCap } from '../src/delivery/sms-cap.js';
import { jsonLogger } from '../src/lib/logger.js';
import { loggedPorts } from '../src/logged-ports.js';
import type { TestOrg } from './support/api-client.js';
import { codeMessage, orgWith, PHONE } from './support/delivery-desk.js';
import { describeApp } from './support/describe-app.js';
import { failing, withKey } from './support/idempotent.js';
import { matches } from './support/log-filter.js';
import { type LogEntry, parseLines, requestLines } from './support/log-lines.js';
import { metrics, tableUnder } from './support/operations-document.js';
import { BY } from './support/records.js';
import { newRegistration, wrongCode } from './support/scenario.js';
import { HANDOVERS } from './support/scripted-provider.js';
import { sweepNow } from './support/sweep-now.js';
import { expectCode, INDEX_KEY, TEST_DEPLOYMENT } from './support/unit-fixtures.js';

const isReport = ({ message }: LogEntry): boolean => message === 'sweep';

/** @see security.md L-02 */
describeApp('L-02: what each alert is for sets its filter off', (app) => {
  const lines: Record<string, LogEntry[]> = { api: [], sweep: [], edits: [], delivery: [] };
  let org: TestOrg;
  let quiet: LogEntry | undefined;

  const post = (path: string, body: unknown) =>
    app().api.request(
      `/partner/auth/${path}`,
      withKey({ org, body, headers: { traceparent: `00-${'a'.repeat(32)}-b-01` } }),
    );
  const collect = async (work: () => Promise<unknown>): Promise<void> => {
    const from = app().logs.length;
    await work();
    lines['api']?.push(...(await requestLines(app(), from)));
  };

  before(async () => {
    org = await app().provision('Alerting');
    const { scenario } = app();
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const from = app().logs.length;
    await scenario.isLive(org, session);
    [quiet] = await requestLines(app(), from);
    await happen(user.email, user.password);
    await misuse();
    await sweep();
    await edit();
    await deliver();
  });

  async function happen(email: string, password: string): Promise<void> {
    const login = { email, password };
    await collect(() => post('login', login));
    const code = app().outbox.messages.findLast(({ to }) => to === email)?.code ?? '';
    await collect(() => post('verify-otp', { email, code }));
    app().backends.fault = async (call, proceed) => (call.backend === 'outbox' ? HANDOVERS.badMessage : proceed());
    await collect(() => post('login', login));
    app().backends.fault = undefined;
    const bug = () => new RangeError('a bug');
    await collect(() =>
      failing(
        app(),
        () => true,
        () => post('register', newRegistration()),
        bug,
      ),
    );
    await collect(() => app().api.request('/partner/auth/login', { body: login }));
    const next = await app().scenario.register(org);
    const right = await app().scenario.sendLoginCode(org, next);
    for (const distance of [1, 2, 3, 4])
      await collect(() => post('verify-otp', { email: next.email, code: wrongCode(right, distance) }));
    for (const _ of [1, 2, 3, 4]) await collect(() => post('forgot-password/send-otp', { email: next.email }));
    for (const guess of ['1', '2', '3', '4', '5', '6', '7'])
      await collect(() => post('login', { email: next.email, password: `guess ${guess}` }));
  }

  /** Ten registrations that died, of which one cannot be undone. */
  async function sweep(): Promise<void> {
    const printed: string[] = [];
    const logger = jsonLogger((line) => printed.push(line));
    const dead = Array.from({ length: 11 }, () => newRegistration());
    const dies = ({ operation }: { operation: string }) => operation === 'users.create';
    for (const body of dead) await failing(app(), dies, () => post('register', body));
    app().clock.advance(3 * 60_000);
    let failed = false;
    const once = ({ operation }: { operation: string }) => {
      if (failed || operation !== 'reservations.renew') return false;
      failed = true;
      return true;
    };
    await failing(app(), once, () => sweepNow(app(), logger));
    lines['sweep']?.push(...parseLines(printed));
  }

  /** The right secret, for what it is not for and from where it may not be; and a report that nobody has signed. */
  async function misuse(): Promise<void> {
    const { credentialAdmin } = app().services;
    for (const terms of [{ scopes: [] }, { allowedAddresses: ['203.0.113.7'] }]) {
      const credential = await credentialAdmin.issue(org.org.orgId, BY, terms);
      await collect(() => app().scenario.api.post({ ...org, credential }, '/partner/auth/login', {}));
    }
    await collect(() => app().api.request(TWILIO_STATUS_PATH, { body: {} }));
  }

  /** Firestore is down when a trigger is told of an edit, and still when it is told for the last time. */
  async function edit(): Promise<void> {
    const { ports, services, clock } = app();
    const printed: string[] = [];
    const logger = jsonLogger((line) => printed.push(line));
    const edits = new ConsoleEdits({ ...services, orgStore: ports.orgs, clock, logger });
    for (const age of [0, 2 * EDIT_GIVEN_UP_MS]) {
      const event = { id: 'event', time: new Date(clock.now() - age).toISOString() };
      const isRead = ({ operation }: { operation: string }) => operation === 'orgs.read';
      await failing(app(), isRead, () => edits.orgEdited(event, org.org.orgId)).catch(() => {});
    }
    lines['edits']?.push(...parseLines(printed));
  }

  /** Twilio refuses our key, says later what became of two other messages, and an org is at its cap. */
  async function deliver(): Promise<void> {
    const { clock } = app();
    const printed: string[] = [];
    const logger = jsonLogger((line) => printed.push(line));
    const memory = memoryPorts('demo-gatehouse', clock);
    const ports = loggedPorts({ ...memory, sender: { send: async () => HANDOVERS.keyRotated } }, logger);
    const { delivery, reports, leased, background } = composeServices(ports, { ...TEST_DEPLOYMENT, clock });
    const sender = orgWith({ smsPerDay: 1 });
    await expectCode(delivery.sendNow(sender, codeMessage(), null), 'unavailable');
    const common = { provider: 'twilio', providerId: null, isOfRegion: false };
    for (const end of [
      { status: 'delivered', error: null } as const,
      { status: 'undelivered', error: '30005' } as const,
    ]) {
      const entry = { id: deliveryId.generate(), orgId: sender.orgId, purpose: 'login', to: PHONE } as const;
      await reports.take([{ ...common, ...end, entry }]);
    }
    await new SmsCap({ audit: ports.audit, leased, background, clock, indexKey: INDEX_KEY }).take(sender);
    await background.idle();
    lines['delivery']?.push(...parseLines(printed));
  }

  for (const { name, service, filter } of metrics()) {
    it(`${name}: its filter finds what has happened, and not what is as it should be`, () => {
      // What is about several functions names none.
      const asked = service === undefined ? Object.values(lines).flat() : (lines[service] ?? []);
      const found = asked.filter((line) => matches(filter, line, { service: service ?? 'any' }));
      expect(found, 'lines that match').not.to.deep.equal([]);
      expect(quiet).to.deep.include({ event: 'profile.read', outcome: 'ok' });
      expect(matches(filter, quiet ?? {}, { service: 'api' })).to.equal(false);
    });
  }

  it('every field of a line is in the table', () => {
    const documented = tableUnder('The log line').map(([field]) => field);
    const ofRequests = lines['api']?.filter(({ message }) => message === 'request') ?? [];
    const fields = new Set(ofRequests.flatMap((line) => Object.keys(line)));
    expect(documented).to.include.members([...fields]);
    // The rest take a repetition or a client that went away.
    expect(documented.filter((field) => !fields.has(field ?? ''))).to.have.members(['replayed', 'unheard']);
  });

  it('every count of a sweep is in the table', () => {
    const { severity: _severity, message: _message, ...counts } = lines['sweep']?.find(isReport) ?? { message: '' };
    const documented = tableUnder('Log lines of the sweep').map(([kind]) => kind);
    expect(documented).to.have.members(Object.keys(counts));
  });
});
