import { expect } from 'chai';
import type { ComposedServices } from '../src/compose-services.js';
import { composePorts } from '../src/composition.js';
import { readConfig } from '../src/config/config.js';
import type { Contact } from '../src/contacts/contact.js';
import { freshAttempt } from '../src/idempotency/idempotency-service.js';
import type { Registration } from '../src/users/registration-service.js';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { callsDuring } from './support/backend-log.js';
import { type Recording, SO_SLOW } from './support/backend-recorder.js';
import { type Budget, measure, print, recordedServices, withIamSigning } from './support/budgets.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { FirestoreWire } from './support/firestore-wire.js';
import { testStack } from './support/global-stack.js';
import { newRegistration, type TestUser } from './support/scenario.js';

/**
 * design.md, Budgets: warm and with the credential known. A login by phone has one write more than there: each text
 * message is counted for its block of numbers, in parallel with the other counts, so that pumped traffic is stopped before
 * it is paid for.
 */
const BUDGETS = {
  'session check': [1, 1, 0, 0, 0],
  'login by email': [2, 2, 3, 0, 1],
  'login by phone': [3, 3, 4, 0, 1],
  'verify-otp, local signer': [2, 2, 4, 1, 2],
  'verify-otp, IAM signing': [3, 2, 4, 1, 2],
  register: [3, 2, 5, 2, 0],
  'forgot-password/send-otp': [2, 1, 2, 0, 0],
  logout: [2, 1, 1, 0, 0],
} satisfies Record<string, Budget>;

type Operation = keyof typeof BUDGETS;
/** Makes everything that an operation needs and answers the operation itself. */
type Prepare = (services: ComposedServices) => Promise<() => Promise<unknown>>;

/** With the browser's name, so that its device is looked up. */
const CLIENT = { address: '203.0.113.7', agent: 'Test/1.0' };

describeApp('The budgets of design.md', (app) => {
  let org: TestOrg;
  let operations: Record<Operation, Prepare>;
  const measured = new Map<string, readonly [Recording, Budget]>();

  before(async () => {
    org = await app().provision();
    operations = prepareOperations(app(), org);
    // Warm: connections are open and modules loaded before anything is counted.
    for (const prepare of Object.values(operations)) await (await prepare(app().services))();
  });

  after(() => print(measured));

  for (const [name, budget] of Object.entries(BUDGETS) as [Operation, Budget][]) {
    it(`${name}: at most ${budget[0]} hops, and ${budget.slice(1, 4).join(' / ')} documents`, async () => {
      const services = name === 'verify-otp, IAM signing' ? withIamSigning(app()) : app().services;
      measured.set(name, [await measure(app(), services, () => operations[name](services), budget), budget]);
    });
  }

  it('quotas cost a request nothing', async () => {
    const session = await app().scenario.logIn(org, await app().scenario.register(org));
    const headers = { 'x-end-user-ip': '198.51.100.20' };
    const ask = () => app().api.request('/partner/users/me', { method: 'GET', org, session, headers });
    const { result, calls } = await callsDuring(app(), ask);
    expectStatus(result, 200);
    expect(result.headers.get('ratelimit')).to.include('address1m');
    expect(calls.map(({ operation }) => operation)).to.deep.equal(['sessions.find', 'users.find']);
  });

  it('an Idempotency-Key costs two hops and two writes', async () => {
    const { idempotency, passwords } = app().services;
    const { email } = await app().scenario.register(org);
    const send = () => passwords.sendResetCode(org.org, { kind: 'email', value: email });
    const { recording: plain } = await app().backends.record(send, SO_SLOW);
    const keyed = { caller: 'gh_key', key: email, request: ['send'] };
    const { recording } = await app().backends.record(() => idempotency.run(keyed, send), SO_SLOW);
    expect(recording.hops - plain.hops, 'hops').to.equal(2);
    expect(recording.writes - plain.writes, 'writes').to.equal(2);
    expect(recording.reads - plain.reads, 'reads').to.equal(0);
  });

  it('counts what Firestore itself is asked', async () => {
    const wire = await FirestoreWire.listen(testStack().firestoreEmulator);
    const config = readConfig({ ...testStack().env, FIRESTORE_EMULATOR_HOST: wire.host });
    const { ports, close } = composePorts(config, { clock: app().clock, observer: app().backends.observe });
    const { sender, queue } = app().ports;
    const services = recordedServices({ ...ports, sender, queue }, config.secrets, app());
    try {
      for (const [name, prepare] of Object.entries(operations) as [Operation, Prepare][]) {
        if (name === 'verify-otp, IAM signing') continue;
        const run = await prepare(services);
        wire.calls.splice(0);
        const { recording } = await app().backends.record(run);
        await services.background.idle();
        const { behind } = recording;
        for (const what of ['reads', 'writes', 'deletes'] as const)
          expect(sum(wire.calls, what), `${name}: ${what}`).to.equal(recording[what] + behind[what]);
        const declared = [...recording.calls, ...behind.calls].filter((call) => call.startsWith('firestore.'));
        expect(wire.calls, `${name}: calls`).to.have.length(declared.length);
      }
    } finally {
      await close();
      await wire.close();
    }
  });
});

function prepareOperations({ scenario }: TestApp, org: TestOrg): Record<Operation, Prepare> {
  const pool = { id: org.org.orgId, tenantId: org.org.tenantId };
  const login = (contactOf: (user: TestUser) => Contact): Prepare => {
    return async ({ login: service }) => {
      const user = await scenario.register(org);
      return () => service.start(org.org, contactOf(user), user.password, CLIENT);
    };
  };
  const verify: Prepare = async ({ login: service }) => {
    const user = await scenario.register(org);
    // By phone, which proves more with the first code: that the number is the user's, and that people there use theirs.
    const code = await scenario.sendLoginCode(org, user, 'phone_number');
    return () => service.finish(org.org, phoneOf(user), code, { client: CLIENT, attempt: freshAttempt() });
  };
  return {
    'session check': async ({ sessions }) => {
      const token = await scenario.logIn(org, await scenario.register(org));
      return () => sessions.authenticate(org.org, token);
    },
    'login by email': login(emailOf),
    'login by phone': login(phoneOf),
    'verify-otp, local signer': verify,
    'verify-otp, IAM signing': verify,
    register: async ({ registration }) => {
      const request = registrationOf();
      return () => registration.register(pool, request);
    },
    'forgot-password/send-otp': async ({ passwords }) => {
      const user = await scenario.register(org);
      return () => passwords.sendResetCode(org.org, emailOf(user));
    },
    logout: async ({ sessions }) => {
      const token = await scenario.logIn(org, await scenario.register(org));
      return async () => sessions.end((await sessions.authenticate(org.org, token)).sid);
    },
  };
}

function registrationOf(): Registration {
  const { email, phone_number, password, first_name, last_name, ssn } = newRegistration();
  return {
    email: { kind: 'email', value: email },
    phone: { kind: 'phone', value: phone_number },
    password,
    first_name,
    last_name,
    ssn: ssn.replaceAll('-', ''),
    date_of_birth: '1990-01-31',
    address: null,
    secondary_address: null,
    metadata: null,
  };
}

function emailOf({ email }: TestUser): Contact {
  return { kind: 'email', value: email };
}

function phoneOf({ phone_number }: TestUser): Contact {
  return { kind: 'phone', value: phone_number };
}

function sum(calls: FirestoreWire['calls'], what: 'reads' | 'writes' | 'deletes'): number {
  return calls.reduce((total, call) => total + call[what], 0);
}
