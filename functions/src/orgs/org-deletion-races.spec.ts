import { expect } from 'chai';
import { DoomedOrgs, type WholeOrg } from '../../test/support/doomed-org.js';
import { BY, checkedRegistration } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { MemoryOrgStore } from '../adapters/memory/memory-org-store.js';
import { deliveryId } from '../delivery/delivery-id.js';
import { DAY_MS } from '../lib/clock.js';
import type { ReservationKey } from '../users/reservation-record.js';
import { userId } from '../users/user-id.js';
import { DELETION_PAGE } from './org-deletion-policy.js';
import { type OrgId, orgId } from './org-id.js';
import { PROVISIONING_LEASE_MS } from './org-policy.js';

describe('OrgDeletion, beside others who are at work', () => {
  let id: OrgId;
  beforeEach(() => {
    id = orgId.generate();
  });

  function edit({ ports }: DoomedOrgs, written: Readonly<Record<string, unknown>>, of = id): void {
    (ports.orgs as MemoryOrgStore).edit(of, written);
  }

  /** What happens before each call of a deletion in turn; it is prepared before the deletion begins. */
  async function atEachCall(prepare: (of: DoomedOrgs, org: WholeOrg) => Promise<() => Promise<unknown>>) {
    let calls = 1;
    for (let call = 0; call < calls; call += 1) {
      const orgs = new DoomedOrgs();
      const org = await orgs.create(2);
      const act = await prepare(orgs, org);
      orgs.faults.interruptAt(call, async () => {
        await act().catch(() => {});
      });
      await orgs.delete(org.pool.id);
      calls = Math.max(calls, orgs.faults.calls.length);
      expect(orgs.traces(org.names), `at call ${call}`).to.deep.equal([]);
    }
    expect(calls).to.be.greaterThan(20);
  }

  it('lets no registration that is under way leave a user behind', async () => {
    await atEachCall(async ({ ports, registration }, { pool }) => {
      const [reached, go] = [gate(), gate()];
      const create = ports.users.create.bind(ports.users);
      ports.users.create = async (...of) => {
        reached.open();
        await go.opened;
        return create(...of);
      };
      const registering = registration.register(pool, checkedRegistration());
      registering.catch(() => {});
      await reached.opened;
      return () => {
        go.open();
        return registering;
      };
    });
  });

  it('ends the registrations of this org, however many of others are under way', async () => {
    const orgs = new DoomedOrgs();
    const [doomed, other] = [await orgs.create(0), await orgs.create(0)];
    const reserve = async ({ pool }: WholeOrg, keys: readonly ReservationKey[], seconds: number) => {
      const leaseUntil = new Date(orgs.clock.now() + seconds * 1_000);
      const reservation = {
        pool,
        uid: userId.generate(),
        state: 'reserved',
        fingerprint: 'f',
        keys,
        leaseUntil,
      } as const;
      await orgs.ports.reservations.reserve(reservation);
    };
    const ofOthers = Array.from({ length: DELETION_PAGE }, (_, n) => `other ${n}` as ReservationKey);
    await reserve(other, ofOthers, 30);
    await reserve(doomed, ['one', 'two'] as unknown as ReservationKey[], 60);
    await orgs.delete(doomed.pool.id);
    expect(orgs.traces(doomed.names)).to.deep.equal([]);
    expect(await orgs.ports.reservations.find(ofOthers)).to.have.length(DELETION_PAGE);
  });

  it('leaves an org of the same id alone that somebody has made meanwhile', async () => {
    const orgs = new DoomedOrgs();
    const { pool } = await orgs.create(0);
    const { remove } = orgs.ports.apps;
    orgs.ports.apps.remove = async (app) => {
      orgs.ports.apps.remove = remove;
      await orgs.delete(pool.id);
      edit(orgs, { name: 'Another' }, pool.id);
      await remove.call(orgs.ports.apps, app);
    };
    await expectCode(orgs.delete(pool.id), 'request_in_progress');
    expect((await orgs.ports.orgs.read(pool.id))?.written.name).to.equal('Another');
  });

  it('is not undone by a worker that settles a message late', async () => {
    await atEachCall(async ({ ledger }, { pool, users }) => {
      const to = { kind: 'phone', value: users[0]?.phone_number ?? '' } as const;
      const claim = await ledger.claim({ id: deliveryId.generate(), orgId: pool.id, to, purpose: 'login' });
      if (claim === null || claim === 'too_early') throw new Error('nobody else has claimed it');
      return () => ledger.settle(claim, { outcome: 'accepted', provider: 'outbox', providerId: '1' });
    });
  });

  it('leaves of a message that a provider reports on afterwards a record for thirty days', async () => {
    const orgs = new DoomedOrgs();
    const { pool } = await orgs.create(1);
    const to = { kind: 'email', value: 'ada@example.com' } as const;
    const id = await orgs.send(pool.id, to);
    await orgs.delete(pool.id);
    expect(await orgs.ports.deliveries.idsOf(pool.id, 100)).to.deep.equal([]);
    const told = { status: 'delivered', provider: 'sendgrid', providerId: null, error: null } as const;
    await orgs.ledger.report({ id, orgId: pool.id, to, purpose: 'login' }, told);
    const [record] = orgs.ports.deliveries.all;
    expect(record).to.deep.include({ id, purgeAt: new Date(orgs.clock.now() + 30 * DAY_MS) });
    expect(JSON.stringify(record)).not.to.include(to.value);
  });

  it('removes what a rotation issues meanwhile', async () => {
    await atEachCall(async ({ credentials }, { pool }) => {
      const live = (await credentials.list(pool.id)).filter(({ rotatedTo }) => rotatedTo === null);
      return () => Promise.all(live.map(({ keyId }) => credentials.rotate(keyId, BY)));
    });
  });

  it('is not undone by edits of the document', async () => {
    const seen = new Set<string | undefined>();
    await atEachCall(async (orgs, { pool }) => async () => {
      const { ports } = orgs;
      if ((await ports.orgs.read(pool.id)) === null) return;
      edit(orgs, { status: 'active', name: 'Alive' }, pool.id);
      await orgs.orgs.settle(pool.id, BY);
      const isBegun = (await orgs.actions(pool.id)).includes('org.deletion_begun');
      if (isBegun) seen.add((await ports.orgs.find(pool.id))?.status);
    });
    expect([...seen]).to.deep.equal(['revoked']);
  });

  it('is not undone by triggers that come for an org which is not provisioned yet', async () => {
    const CALLS = 8;
    for (let call = 0; call < CALLS; call += 1) {
      const orgs = new DoomedOrgs();
      edit(orgs, { name: 'Late' });
      orgs.faults.interruptAt(call, () => orgs.orgs.settle(id, BY));
      await orgs.delete(id);
      expect([orgs.traces([id]), orgs.tenantIds()], `settled at call ${call}`).to.deep.equal([[], []]);
    }
  });

  it('does nothing while the org is being provisioned, and removes it then', async () => {
    const orgs = new DoomedOrgs();
    edit(orgs, { name: 'Early' });
    const { tenants } = orgs.ports;
    const create = tenants.create.bind(tenants);
    tenants.create = async (...of) => {
      await expectCode(orgs.delete(id), 'request_in_progress');
      return create(...of);
    };
    await orgs.orgs.settle(id, BY);
    expect(await orgs.ports.orgs.find(id)).to.deep.include({ status: 'active' });
    await orgs.delete(id);
    expect([orgs.traces([id]), orgs.tenantIds()]).to.deep.equal([[], []]);
  });

  it('is not undone by a provisioning that was held up for longer than its lease', async () => {
    for (const point of ['tenants.findOf', 'orgs.change'] as const) {
      const orgs = new DoomedOrgs();
      const { ports } = orgs;
      edit(orgs, { name: 'Held up' });
      let calls = 0;
      const overtaken = async () => {
        calls += 1;
        // The first change of the document is the claim.
        if (calls !== (point === 'orgs.change' ? 2 : 1)) return;
        orgs.clock.advance(PROVISIONING_LEASE_MS);
        await orgs.delete(id);
      };
      const [findOf, change] = [ports.tenants.findOf.bind(ports.tenants), ports.orgs.change.bind(ports.orgs)];
      if (point === 'tenants.findOf')
        ports.tenants.findOf = async (of) => {
          const found = await findOf(of);
          ports.tenants.findOf = findOf;
          await overtaken();
          return found;
        };
      else
        ports.orgs.change = async (...of) => {
          await overtaken();
          return change(...of);
        };
      await orgs.orgs.settle(id, BY);
      expect(await ports.tenants.findOf(id), point).to.equal(null);
      expect(await ports.orgs.read(id), point).to.equal(null);
      expect(await ports.credentials.listOf(id, 10), point).to.deep.equal([]);
    }
  });
});

/** Something to wait for, and the opening of it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
