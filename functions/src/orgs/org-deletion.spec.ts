import { expect } from 'chai';
import { DoomedOrgs, type WholeOrg } from '../../test/support/doomed-org.js';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { BY, checkedRegistration, newUser } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { MemoryOrgStore } from '../adapters/memory/memory-org-store.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { MAIN_POOL } from '../identity/pool.js';
import { DELETION_PAGE } from './org-deletion-policy.js';
import { type OrgId, orgId } from './org-id.js';
import { PROVISIONING_LEASE_MS } from './org-policy.js';
import { NEW_ORG_TERMS } from './org-rules.js';

/** Where a whole org has left its traces. */
const STORES = 'apps challenges credentials deliveries identities orgs reservations sessions tenants users'.split(' ');
const MODES: readonly FaultMode[] = ['before', 'after'];

describe('OrgDeletion', () => {
  let orgs: DoomedOrgs;
  let doomed: WholeOrg;
  beforeEach(async () => {
    orgs = new DoomedOrgs();
    doomed = await orgs.create();
  });

  async function expectGone({ pool, names }: WholeOrg, of = orgs): Promise<void> {
    expect(of.traces(names)).to.deep.equal([]);
    const actions = await of.actions(pool.id);
    for (const action of ['org.deletion_begun', 'org.deleted'])
      expect(
        actions.filter((one) => one === action),
        action,
      ).to.have.length(1);
  }

  it('leaves nothing of the org but its audit log, and everything of others', async () => {
    const other = await orgs.create();
    const before = orgs.traces(other.names);
    const log = await orgs.actions(doomed.pool.id);
    await orgs.delete(doomed.pool.id);
    await expectGone(doomed);
    expect(await orgs.actions(doomed.pool.id)).to.include.members(log);
    expect(new Set(before.map((document) => document.split(' ')[0]))).to.have.keys(STORES);
    expect(orgs.traces(other.names)).to.deep.equal(before);
  });

  it('tells what it has removed', async () => {
    await orgs.delete(doomed.pool.id);
    expect(orgs.progress).to.deep.equal([
      { step: 'tenant', done: 1 },
      { step: 'users', done: 3 },
      { step: 'credentials', done: 3 },
      { step: 'apps', done: 2 },
      { step: 'deliveries', done: 6 },
      { step: 'org', done: 1 },
    ]);
  });

  it('removes users by the page', async () => {
    for (let n = 0; n < DELETION_PAGE; n += 1) await orgs.registration.register(doomed.pool, checkedRegistration());
    await orgs.delete(doomed.pool.id);
    const users = orgs.progress.filter(({ step }) => step === 'users').map(({ done }) => done);
    expect(users).to.deep.equal([DELETION_PAGE, DELETION_PAGE + 3]);
    await expectGone(doomed);
  });

  it('has the org revoked before anything is removed', async () => {
    const { pool, names } = doomed;
    const before = orgs.traces(names).length;
    orgs.faults.interruptAt(2, async () => {
      const org = await orgs.ports.orgs.find(pool.id);
      expect(org).to.deep.include({ status: 'revoked', sessionsValidFrom: new Date(orgs.clock.now()) });
      expect((await orgs.ports.orgs.read(pool.id))?.written.status).to.equal('revoked');
      expect(orgs.traces(names)).to.have.length(before);
      await expectCode(orgs.orgs.resume(pool.id, BY), 'invalid_request');
    });
    await orgs.delete(pool.id);
    expect(orgs.faults.calls.slice(0, 3)).to.deep.equal(['orgs.read', 'orgs.change', 'tenants.delete']);
  });

  describe('killed at any call, and run again', () => {
    for (const mode of MODES)
      it(`${mode} it: removes all, and keeps the other org`, async () => {
        let calls = Number.POSITIVE_INFINITY;
        for (let call = 0; call < calls; call += 1) {
          const fresh = new DoomedOrgs();
          const [one, other] = [await fresh.create(2), await fresh.create(1)];
          const before = fresh.traces(other.names);
          if (call === 0) calls = await callsOf(fresh, await fresh.create(2));
          fresh.faults.killAt(call, mode);
          await expectCode(fresh.delete(one.pool.id), 'unavailable');
          fresh.faults.clear();
          await fresh.delete(one.pool.id);
          await expectGone(one, fresh);
          expect(fresh.traces(other.names)).to.deep.equal(before);
        }
        expect(calls).to.be.greaterThan(20);
      });

    it('again and again goes on from where it was', async () => {
      orgs.clock.advance(1);
      for (let call = 2; ; call += 2) {
        orgs.faults.killAt(call, 'after');
        const error = await orgs.delete(doomed.pool.id).catch((failure: unknown) => failure);
        if (error === undefined) break;
        expect(error).to.be.instanceOf(UnavailableError);
      }
      await expectGone(doomed);
    });
  });

  async function callsOf(of: DoomedOrgs, { pool }: WholeOrg): Promise<number> {
    of.faults.clear();
    await of.delete(pool.id);
    return of.faults.calls.length;
  }

  it('is no error when it was done, and is one when there never was such an org', async () => {
    await orgs.delete(doomed.pool.id);
    await orgs.delete(doomed.pool.id);
    await expectGone(doomed);
    await expectCode(orgs.delete(orgId.generate()), 'not_found');
  });

  it('of two runs at once removes all', async () => {
    await Promise.all([orgs.delete(doomed.pool.id), orgs.delete(doomed.pool.id)]);
    expect(orgs.traces(doomed.names)).to.deep.equal([]);
    const actions = await orgs.actions(doomed.pool.id);
    expect(actions.filter((action) => action === 'org.deletion_begun')).to.have.length(1);
  });

  describe('of an org that was never provisioned', () => {
    let id: OrgId;
    beforeEach(() => {
      id = orgId.generate();
    });

    const edit = (written: Readonly<Record<string, unknown>>, of = orgs) =>
      (of.ports.orgs as MemoryOrgStore).edit(id, written);

    it('removes a document that nobody has looked at, or that was refused', async () => {
      for (const settled of [false, true]) {
        edit({ name: '' });
        if (settled) await orgs.orgs.settle(id, BY);
        await orgs.delete(id);
        expect(orgs.traces([id])).to.deep.equal([]);
      }
    });

    it('removes the tenant of a provisioning that died', async () => {
      edit({ name: 'Dead' });
      const tenantId = await orgs.ports.tenants.create(id, 'Dead');
      await orgs.delete(id);
      expect(orgs.traces([id, tenantId])).to.deep.equal([]);
      expect(orgs.progress).to.deep.equal([
        { step: 'tenant', done: 1 },
        { step: 'org', done: 1 },
      ]);
    });

    it('has it out of the way of those who try again', async () => {
      const provisioningRetryAt = new Date(orgs.clock.now() + PROVISIONING_LEASE_MS);
      const failed = { provisioning: 'failed', provisioningRetryAt, written: NEW_ORG_TERMS } as const;
      await orgs.ports.orgs.create(id, failed, []);
      orgs.faults.interruptAt(2, async () => {
        expect(await orgs.ports.orgs.findDue(provisioningRetryAt, 10)).to.deep.equal([]);
      });
      await orgs.delete(id);
      expect(orgs.traces([id])).to.deep.equal([]);
    });

    it('waits for the lease of one that may be under way', async () => {
      const provisioningRetryAt = new Date(orgs.clock.now() + PROVISIONING_LEASE_MS);
      const claim = { provisioning: 'running', provisioningRetryAt, written: NEW_ORG_TERMS } as const;
      await orgs.ports.orgs.create(id, claim, []);
      const before = orgs.traces([id]);
      await expectCode(orgs.delete(id), 'request_in_progress');
      orgs.clock.advance(PROVISIONING_LEASE_MS - 1);
      await expectCode(orgs.delete(id), 'request_in_progress');
      expect(orgs.traces([id])).to.deep.equal(before);
      orgs.clock.advance(1);
      await orgs.delete(id);
      expect(orgs.traces([id])).to.deep.equal([]);
    });

    it('takes nothing along of the users outside all orgs, when it was called main', async () => {
      const main = 'main' as OrgId;
      const user = newUser();
      await orgs.ports.users.create(MAIN_POOL, user, []);
      for (const tenantId of [null, 'tenant-of-nobody']) {
        await orgs.ports.orgs.create(main, { written: NEW_ORG_TERMS, tenantId }, []);
        await orgs.delete(main);
        expect(await orgs.ports.orgs.read(main)).to.equal(null);
        expect(await orgs.ports.users.find(MAIN_POOL, user.uid)).to.deep.equal(user);
      }
    });
  });
});
