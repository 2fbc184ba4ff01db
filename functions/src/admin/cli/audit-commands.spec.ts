import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { type AuditRecord, auditRecord } from '../../audit/audit-record.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import { SECOND_MS } from '../../lib/clock.js';
import { orgId } from '../../orgs/org-id.js';

const ORG = orgId.generate();

describe('admin audit', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  /** One that is a second younger than the last. */
  async function add(change: Partial<AuditRecord> = {}): Promise<AuditRecord> {
    desk.clock.advance(SECOND_MS);
    const at = new Date(desk.clock.now());
    const target = { kind: 'org', id: ORG } as const;
    const record = auditRecord({ orgId: ORG, at, action: 'org.suspended', target, actor: ACTOR, ...change });
    await desk.ports.audit.append(record);
    return record;
  }

  it('shows who did what, when and from where, the newest last', async () => {
    expect(await desk.done('audit', 'tail')).to.equal('Nothing is in the audit log.\n');
    await add();
    const uid = `usr_${'a'.repeat(22)}`;
    const details = { from: 'pending', to: 'approved' };
    const actor = { kind: 'console', id: null, from: null, requestId: 'event-1' } as const;
    await add({ action: 'user.kyc_changed', target: { kind: 'user', id: uid }, details, actor });
    const [head, first, second] = (await desk.done('audit', 'tail')).split('\n');
    expect(head).to.match(/^TIME +ORG +ACTION +TARGET +WHO +FROM +DETAILS$/);
    expect(first).to.match(new RegExp(`^2026-01-15 12:00:01Z +${ORG} +org.suspended +cli:ada +host-1$`));
    expect(second).to.match(
      new RegExp(`^2026-01-15 12:00:02Z +${ORG} +user.kyc_changed +${uid} +console:unknown +from=pending to=approved$`),
    );
    const records = await desk.json<AuditRecord[]>('audit', 'tail');
    expect(records.map(({ actor: { requestId } }) => requestId)).to.deep.equal(['cli_run1', 'event-1']);
  });

  it('keeps to one org and to the number asked for', async () => {
    const other = orgId.generate();
    const newest = [await add(), await add({ orgId: other }), await add({ orgId: other }), await add()];
    const ids = async (...args: string[]) =>
      (await desk.json<AuditRecord[]>('audit', 'tail', ...args)).map(({ id }) => id);
    expect(await ids('-n', '2')).to.deep.equal([newest[2]?.id, newest[3]?.id]);
    expect(await ids('--org', other, '--lines', '1')).to.deep.equal([newest[2]?.id]);
    expect(await ids('--org', orgId.generate())).to.deep.equal([]);
    for (const count of ['0', '1001', 'x'])
      expectRefusal(await desk.run('audit', 'tail', '-n', count), 2, /-n must be a whole number from 1 to 1000/);
  });

  describe('--follow', () => {
    /** Does one thing between two looks, and then interrupts. */
    function between(...steps: (() => Promise<unknown>)[]): void {
      desk.sleep = async (milliseconds) => {
        expect(milliseconds).to.equal(2 * SECOND_MS);
        const step = steps.shift();
        if (step === undefined) desk.interruption.abort();
        else await step();
      };
    }

    it('prints each record once, as it comes, until it is interrupted', async () => {
      const before = [await add(), await add()];
      const after: AuditRecord[] = [];
      const more = async () => after.push(await add(), await add());
      between(more, async () => {}, more);
      const { code, out, err } = await desk.run('audit', 'tail', '-n', '1', '--follow', '--json');
      expect({ code, err }).to.deep.equal({ code: 130, err: '' });
      const printed = out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as AuditRecord).id);
      expect(printed).to.deep.equal([before[1], ...after].map((record) => record?.id));
    });

    it('prints lines for people', async () => {
      await add();
      between(() => add({ action: 'org.resumed' }));
      const { out } = await desk.run('audit', 'tail', '-f');
      expect(out.trimEnd().split('\n')).to.deep.equal([
        `2026-01-15 12:00:01Z  ${ORG}  org.suspended  cli:ada  host-1`,
        `2026-01-15 12:00:02Z  ${ORG}  org.resumed  cli:ada  host-1`,
      ]);
    });

    it('sees a record whose machine has a slower clock, and none that was there long before', async () => {
      await add();
      const late = new Date(desk.clock.now() - 30 * SECOND_MS);
      const old = new Date(desk.clock.now() - 3_600 * SECOND_MS);
      between(async () => {
        await add({ at: late, action: 'org.resumed' });
        await add({ at: old, action: 'org.revoked' });
      });
      const { out } = await desk.run('audit', 'tail', '--follow');
      expect(out).to.contain('org.resumed').and.not.contain('org.revoked');
    });

    it('goes on after an outage, and says that there is one, once', async () => {
      await add();
      const { audit } = desk.ports;
      const latest = audit.latest.bind(audit);
      const fail = async () => {
        audit.latest = async () => Promise.reject(new UnavailableError());
      };
      const mend = async () => {
        audit.latest = latest;
        await add({ action: 'org.resumed' });
      };
      between(fail, async () => {}, mend);
      const { out, err } = await desk.run('audit', 'tail', '--follow');
      expect(out).to.contain('org.resumed');
      expect(err.match(/can't be read just now/g)).to.have.length(1);
    });
  });
});
