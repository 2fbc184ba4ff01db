import { expect } from 'chai';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { FieldCipher } from '../../src/pii/field-cipher.js';
import { RegistrationClaims } from '../../src/users/registration-claims.js';
import { RegistrationSaga } from '../../src/users/registration-saga.js';
import { type Registration, RegistrationService } from '../../src/users/registration-service.js';
import { reservationKey } from '../../src/users/reservation-key.js';
import type { UserId } from '../../src/users/user-id.js';
import { type FaultMode, FaultPlan } from './fault-plan.js';
import { expectCode, INDEX_KEY, ManualClock, newPool, testKeyring } from './unit-fixtures.js';

/** What a registration calls, in order, when all goes well. */
export const STEPS = ['reservations.reserve', 'identities.anyWithContact', 'identities.create', 'users.create'];
export const MODES: readonly FaultMode[] = ['before', 'after'];

/** Registration of one org, on memory ports that fail as they are told. */
export class Registry {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly faults = new FaultPlan();
  readonly cipher = new FieldCipher(testKeyring('data'));
  readonly pool = newPool();
  /** Every uid under which an identity was made. */
  readonly uids: UserId[] = [];
  readonly service: RegistrationService;

  constructor() {
    const { users, reservations, identities } = this.ports;
    const create = identities.create.bind(identities);
    identities.create = (pool, identity) => {
      this.uids.push(identity.uid);
      return create(pool, identity);
    };
    const faulty = {
      users: this.faults.wrap('users', users),
      reservations: this.faults.wrap('reservations', reservations),
      identities: this.faults.wrap('identities', identities),
    };
    this.service = new RegistrationService({
      ...faulty,
      saga: new RegistrationSaga({ ...faulty, claims: new RegistrationClaims({ ...faulty, clock: this.clock }) }),
      cipher: this.cipher,
      clock: this.clock,
      indexKey: INDEX_KEY,
    });
  }

  register(registration: Registration) {
    return this.service.register(this.pool, registration);
  }

  /** Fails at one step, as a killed instance does: nothing of the request happens after it. */
  async failAt(step: number, mode: FaultMode, registration: Registration): Promise<void> {
    this.faults.killAt(step, mode);
    await expectCode(this.register(registration), 'unavailable');
    this.faults.clear();
  }

  /** What is there of a registration: its profile, and the uids that identities have. */
  async traces({ email, phone }: Registration) {
    const keys = [email, phone].map((contact) => reservationKey(INDEX_KEY, this.pool, contact));
    const found = await Promise.all(
      [...new Set(this.uids)].map(async (uid) => ((await this.ports.identities.find(this.pool, uid)) ? [uid] : [])),
    );
    return {
      profile: await this.ports.users.findByContact(this.pool, email),
      identities: found.flat(),
      states: (await this.ports.reservations.find(keys)).map(({ state, uid }) => `${state} ${uid}`),
    };
  }

  /** one identity, one profile, both contacts held, all under one uid. */
  async expectWhole(registration: Registration): Promise<void> {
    const { profile, identities, states } = await this.traces(registration);
    const uid = profile?.uid ?? 'no profile';
    expect({ identities, states }).to.deep.equal({ identities: [uid], states: [`held ${uid}`, `held ${uid}`] });
  }

  async expectNothing(registration: Registration): Promise<void> {
    expect(await this.traces(registration)).to.deep.equal({ profile: null, identities: [], states: [] });
  }
}
