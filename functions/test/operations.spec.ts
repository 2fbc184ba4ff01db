import { expect } from 'chai';
import { ConsoleEdits } from '../src/admin/console/console-edits.js';
import { EDIT_GIVEN_UP_MS } from '../src/admin/console/console-policy.js';
import { composeSweep } from '../src/composition.js';
import { DeliveryFailedError, ERROR_CODES } from '../src/errors/gatehouse-error.js';
import { routes } from '../src/http/routes/index.js';
import { jsonLogger } from '../src/lib/logger.js';
import type { TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { failing, withKey } from './support/idempotent.js';
import { conditionsOf, matches } from './support/log-filter.js';
import { type LogEntry, parseLines, requestLines } from './support/log-lines.js';
import { metrics, tableUnder } from './support/operations-document.js';
import { BY } from './support/records.js';
import { title } from './support/route-samples.js';
import { newRegistration, wrongCode } from './support/scenario.js';

describe('docs/operations.md', () => {
  it('L-01: lists every event, at its route', () => {
    const declared = routes.map((route) => [route.event, title(route)]);
    expect(tableUnder('Event catalogue')).to.have.deep.members(declared);
  });

  it('L-01: every event has a name of its own', () => {
    const events = routes.map(({ event }) => event);
    expect(new Set(events).size).to.equal(events.length);
    for (const event of events) expect(event).to.match(/^[a-z]+\.[a-z_]+$/);
  });

  it('its filters name events and outcomes that there are', () => {
    const known: Readonly<Record<string, readonly string[]>> = {
      event: routes.map(({ event }) => event),
      outcome: ['ok', ...ERROR_CODES],
      message: ['request', 'sweep', 'sweep_failed', 'edit_failed', ...ERROR_CODES],
    };
    expect(metrics().length).to.be.at.least(10);
    for (const { path, value } of metrics().flatMap(({ filter }) => conditionsOf(filter))) {
      const [where, field = '', ...deeper] = path;
      const isOfTheLine = where === 'jsonPayload' && deeper.length === 0;
      expect((isOfTheLine ? known[field] : undefined) ?? [value], path.join('.')).to.include(value);
    }
  });
});

const isReport = ({ message }: LogEntry): boolean => message === 'sweep';

/** @see security.md L-02 */
describeApp('L-02: what each alert is for sets its filter off', (app) => {
  const lines: Record<string, LogEntry[]> = { api: [], sweep: [], edits: [] };
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
  });

  async function happen(email: string, password: string): Promise<void> {
    const login = { email, password };
    await collect(() => post('login', login));
    const code = app().outbox.messages.findLast(({ to }) => to === email)?.code ?? '';
    await collect(() => post('verify-otp', { email, code }));
    const isOutbox = ({ backend }: { backend: string }) => backend === 'outbox';
    await collect(() =>
      failing(
        app(),
        isOutbox,
        () => post('login', login),
        () => new DeliveryFailedError(),
      ),
    );
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
    const { ports, services, clock } = app();
    const printed: string[] = [];
    const logger = jsonLogger((line) => printed.push(line));
    const dead = Array.from({ length: 11 }, () => newRegistration());
    const dies = ({ operation }: { operation: string }) => operation === 'users.create';
    for (const body of dead) await failing(app(), dies, () => post('register', body));
    clock.advance(3 * 60_000);
    const run = () => composeSweep(ports, services, logger, clock).run();
    let failed = false;
    const once = ({ operation }: { operation: string }) => {
      if (failed || operation !== 'reservations.renew') return false;
      failed = true;
      return true;
    };
    await failing(app(), once, run);
    lines['sweep']?.push(...parseLines(printed));
  }

  /** The right secret, for what it is not for and from where it may not be. */
  async function misuse(): Promise<void> {
    const { credentialAdmin } = app().services;
    for (const terms of [{ scopes: [] }, { allowedAddresses: ['203.0.113.7'] }]) {
      const credential = await credentialAdmin.issue(org.org.orgId, BY, terms);
      await collect(() => app().scenario.api.post({ ...org, credential }, '/partner/auth/login', {}));
    }
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

  for (const { name, service, filter } of metrics()) {
    it(`${name}: its filter finds what has happened, and not what is as it should be`, () => {
      const found = (lines[service] ?? []).filter((line) => matches(filter, line, { service }));
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
