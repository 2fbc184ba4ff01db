import { expect } from 'chai';
import { MemoryAuditStore } from '../adapters/memory/memory-audit-store.js';
import { jsonLogger } from '../lib/logger.js';
import { orgId } from '../orgs/org-id.js';
import { type Actor, auditRecord } from './audit-record.js';
import { LoggedAuditStore } from './logged-audit-store.js';

const ORG = orgId.generate();

function recordBy(kind: Actor['kind']) {
  const actor = { kind, id: 'somebody', from: 'laptop', requestId: 'run' };
  const at = new Date('2026-01-15T12:00:00Z');
  const details = { cap: '100' };
  return auditRecord({
    orgId: ORG,
    at,
    action: 'org.sms_cap_reached',
    target: { kind: 'org', id: ORG },
    actor,
    details,
  });
}

describe('LoggedAuditStore', () => {
  it('keeps every record, and tells of those that the service writes by itself', async () => {
    const lines: string[] = [];
    const store = new LoggedAuditStore(
      new MemoryAuditStore(),
      jsonLogger((line) => lines.push(line)),
    );
    for (const kind of ['console', 'cli', 'system'] as const) await store.append(recordBy(kind));
    expect(await store.latest(10, ORG)).to.have.length(3);
    const line = { severity: 'WARNING', message: 'noticed', action: 'org.sms_cap_reached', orgId: ORG, cap: '100' };
    expect(lines.map((one) => JSON.parse(one))).to.deep.equal([line]);
  });
});
