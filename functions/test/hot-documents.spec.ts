import { expect } from 'chai';
import { memoryPorts } from '../src/adapters/memory/memory-ports.js';
import { composeServices } from '../src/compose-services.js';
import type { Contact } from '../src/contacts/contact.js';
import { SecretHasher } from '../src/credentials/secret-hasher.js';
import { freshAttempt } from '../src/idempotency/idempotency-service.js';
import { SECOND_MS } from '../src/lib/clock.js';
import { type LeasedLimitName, LIMITS } from '../src/limits/limit-policy.js';
import type { OrgRecord } from '../src/orgs/org-record.js';
import type { Ports } from '../src/ports.js';
import type { ClientInfo } from '../src/sessions/session-record.js';
import type { UserRecord } from '../src/users/user-record.js';
import { dose } from './support/dose.js';
import { BY, newUser } from './support/records.js';
import { times } from './support/spy-limit-store.js';
import { ManualClock, TEST_DEPLOYMENT } from './support/unit-fixtures.js';
import { type BusyDocument, WriteMeter } from './support/write-meter.js';

const INSTANCES = 10;
const LOGINS_A_SECOND = dose(200, 1_000);
/** Past the edge of a minute, where all windows of a minute begin anew. */
const START = Date.UTC(2026, 0, 15, 12, 0, dose(53, 45));
const SECONDS = dose(12, 30);
/** Between a code's sending and its use. */
const READING_SECONDS = 5;

interface Login {
  readonly user: UserRecord;
  readonly contact: Contact;
  readonly client: ClientInfo;
  readonly code: string;
}

function contactOf({ email, phone_number }: UserRecord, by: Contact['kind']): Contact {
  return by === 'phone' ? { kind: 'phone', value: phone_number } : { kind: 'email', value: email };
}

/**
 * Ten instances on stores in memory and a clock that is turned. Users, passwords and tokens, which are only read, are made
 * up: the stores in memory look for them one by one.
 */
class Fleet {
  readonly clock = new ManualClock(START);
  readonly meter = new WriteMeter(this.clock);
  logins = 0;
  private started = 0;
  private readonly users = new Map<string, UserRecord>();
  private readonly memory = memoryPorts('demo-gatehouse', this.clock);
  private readonly instances = times(INSTANCES, () =>
    composeServices(this.meter.around(this.ports()), {
      ...TEST_DEPLOYMENT,
      clock: this.clock,
      hasher: new SecretHasher(4),
    }),
  );

  /** An org whose settings allow that many. */
  async provision() {
    const services = composeServices(this.memory, {
      ...TEST_DEPLOYMENT,
      clock: this.clock,
      hasher: new SecretHasher(4),
    });
    const most = (name: LeasedLimitName) => LIMITS[name].windows[0].ceiling;
    const limits = { credential1m: most('credential_requests'), org1m: most('org_requests') };
    const settings = { limits, smsPerDay: most('org_sms') };
    return services.orgs.create({ name: 'Busy', settings }, BY);
  }

  /** What the request of a login comes to, from its credentials on. */
  async start(org: OrgRecord, key: string, secret: string, address: string): Promise<Login> {
    const user = newUser();
    this.started += 1;
    // Every other one by phone, so that what is counted of text messages is written as well.
    const contact = contactOf(user, this.started % 2 === 0 ? 'phone' : 'email');
    for (const contact of [user.email, user.phone_number]) this.users.set(contact, user);
    const client = { address, agent: null };
    const services = await this.admit(key, secret, address);
    await services.login.start(org, contact, 'a password', client);
    const code = this.memory.sender.messages.pop()?.code ?? '';
    return { user, contact, client, code };
  }

  async finish(org: OrgRecord, key: string, secret: string, { user, contact, client, code }: Login): Promise<void> {
    const services = await this.admit(key, secret, client.address ?? '');
    const { token } = await services.login.finish(org, contact, code, { client, attempt: freshAttempt() });
    expect(token.token).to.equal('a token');
    for (const contact of [user.email, user.phone_number]) this.users.delete(contact);
    this.logins += 1;
  }

  async idle(): Promise<void> {
    await Promise.all(this.instances.map(({ background }) => background.idle()));
  }

  /** One of the instances, once it has taken a request as the routes do. */
  private async admit(key: string, secret: string, address: string) {
    const services = this.instances[Math.floor(Math.random() * INSTANCES)] as (typeof this.instances)[number];
    const { org, keyId } = await services.credentials.authenticate(key, secret);
    const { limits } = org.settings;
    await services.leased.take('credential_requests', [keyId], limits);
    await services.leased.take('org_requests', [org.orgId], limits);
    await services.leased.take('address_requests', [org.orgId, address], limits);
    return services;
  }

  private ports(): Ports {
    const { users, identities, exchanger } = this.memory;
    const known = (contact: string) => this.users.get(contact);
    return {
      ...this.memory,
      users: Object.assign(Object.create(users), {
        findByContact: async (_pool: unknown, { value }: Contact) => known(value) ?? null,
      }),
      identities: Object.assign(Object.create(identities), {
        checkPassword: async (_pool: unknown, email: string) => ({ outcome: 'accepted', uid: known(email)?.uid }),
      }),
      exchanger: Object.assign(Object.create(exchanger), {
        exchange: async () => ({ token: 'a token', expiresAt: 0 }),
      }),
    };
  }
}

describe('Hot documents', () => {
  it(`at ${LOGINS_A_SECOND} logins a second in one org no document is written more than once a second`, async function () {
    this.timeout(0);
    const fleet = new Fleet();
    const { org, credential } = await fleet.provision();
    const reading: Login[] = [];
    for (let index = 0; index < SECONDS * LOGINS_A_SECOND; index += 1) {
      const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      reading.push(await fleet.start(org, credential.key, credential.secret, address));
      const read = index < READING_SECONDS * LOGINS_A_SECOND ? undefined : reading.shift();
      if (read !== undefined) await fleet.finish(org, credential.key, credential.secret, read);
      fleet.clock.advance(SECOND_MS / LOGINS_A_SECOND);
    }
    await fleet.idle();
    const documents = fleet.meter.documents().sort((one, other) => other.writes - one.writes);
    report(fleet, documents);
    expect(fleet.logins).to.equal((SECONDS - READING_SECONDS) * LOGINS_A_SECOND);
    // Those of a login itself, and those that all logins of the org share: the meter saw them.
    expect(documents.length).to.be.above(4 * fleet.logins);
    expect(documents.filter(({ document }) => /\((org1m|credential1m|sms1d)\)/.test(document))).to.have.length(3);
    for (const { document, mostInTenSeconds } of documents)
      expect(mostInTenSeconds, `${document}: in ten seconds`).to.be.at.most(mostOf(document));
  });
});

/**
 * Once a second. Text messages are paid for before they are sent, the first as well: of instances that all begin at once,
 * each asks once before it knows how many there are, and once when it does.
 */
function mostOf(document: string): number {
  return document.includes('(sms1d)') ? 2 * INSTANCES : 10;
}

function report({ meter, logins }: Fleet, documents: readonly BusyDocument[]): void {
  const busiest = documents.reduce((most, { mostInOneSecond }) => Math.max(most, mostInOneSecond), 0);
  console.log(`      ${logins} whole logins in ${SECONDS} s on ${INSTANCES} instances: ${meter.total} writes`);
  console.log(`      ${documents.length} documents; at most ${busiest} writes of one in a single second`);
  const short = ({ document, ...rest }: BusyDocument) => ({ ...rest, document: document.replace(/[0-9a-f]{56}/, '…') });
  console.table(documents.slice(0, 6).map(short));
}
