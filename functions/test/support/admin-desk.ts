import { expect } from 'chai';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { runAdmin } from '../../src/admin/cli/admin-cli.js';
import type { Backoffice } from '../../src/admin/cli/backoffice.js';
import type { CliWorld } from '../../src/admin/cli/cli-world.js';
import type { DoctorTarget } from '../../src/admin/doctor/doctor-target.js';
import type { Actor, AuditRecord } from '../../src/audit/audit-record.js';
import { composeServices } from '../../src/compose-services.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import type { OrgId } from '../../src/orgs/org-id.js';
import { orgPool } from '../../src/orgs/org-record.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { newUser } from './records.js';
import { ManualClock, TEST_DEPLOYMENT } from './unit-fixtures.js';

export interface AdminRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The question that was asked, if one was. */
  readonly question: string | null;
}

export const ACTOR: Actor = { kind: 'cli', id: 'ada', from: 'host-1', requestId: 'cli_run1' };

/** Cheap for tests; that it is bcrypt is what matters elsewhere. */
const TEST_BCRYPT_COST = 4;

/** The command line in memory: what it prints, what it asks, and what it leaves behind. */
export class AdminDesk {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly services = composeServices(this.ports, {
    ...TEST_DEPLOYMENT,
    clock: this.clock,
    hasher: new SecretHasher(TEST_BCRYPT_COST),
  });
  readonly backoffice: Backoffice = { ports: this.ports, services: this.services, close: async () => {} };
  /** What the next runs are given. */
  isOutSeen = true;
  canAsk = true;
  answer: string | boolean = true;
  connect: CliWorld['connect'] = async () => this.backoffice;
  doctorTarget: () => Promise<DoctorTarget> = () => Promise.reject(new Error('this spec has no doctor'));
  sleep: CliWorld['sleep'] = async () => {};
  readonly interruption = new AbortController();
  /** How often something was connected to, and which projects that were. */
  readonly connected: (string | null)[] = [];

  async run(...args: readonly string[]): Promise<AdminRun> {
    const out: string[] = [];
    const err: string[] = [];
    let question: string | null = null;
    const asked = <Answer>(text: string): Answer => {
      question = text;
      return this.answer as Answer;
    };
    const code = await runAdmin(args, {
      terminal: {
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        isOutSeen: this.isOutSeen,
        canAsk: this.canAsk,
        confirm: async (text) => asked<boolean>(text),
        ask: async (text) => asked<string>(text),
      },
      actor: ACTOR,
      clock: this.clock,
      signal: this.interruption.signal,
      sleep: (milliseconds) => this.sleep(milliseconds),
      connect: (project) => {
        this.connected.push(project);
        return this.connect(project);
      },
      doctorTarget: () => this.doctorTarget(),
    });
    return { code, out: out.join(''), err: err.join(''), question };
  }

  /** A run that works; answers what it printed. */
  async done(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    expect(code, err).to.equal(0);
    return out;
  }

  /** The answer of a run with `--json`, which is all that it prints. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, out, err } = await this.run(...args, '--json');
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    return JSON.parse(out) as T;
  }

  async org(name = 'Acme'): Promise<{ readonly orgId: OrgId; readonly key: string; readonly secret: string }> {
    return this.json('orgs', 'create', name);
  }

  /** A user as registration leaves them. */
  async user(orgId: OrgId, change: Partial<UserRecord> = {}): Promise<UserRecord> {
    const org = await this.ports.orgs.find(orgId);
    if (org === null) throw new Error('there is no such org');
    const user = newUser(change);
    await this.ports.identities.create(orgPool(org), { uid: user.uid, email: user.email, password: 'password' });
    await this.ports.users.create(orgPool(org), user, []);
    return user;
  }

  /** What the audit log has had added since `work` began. */
  async audited(work: () => Promise<unknown>): Promise<readonly AuditRecord[]> {
    const before = new Set((await this.ports.audit.latest(Number.MAX_SAFE_INTEGER)).map(({ id }) => id));
    await work();
    const after = await this.ports.audit.latest(Number.MAX_SAFE_INTEGER);
    return after.filter(({ id }) => !before.has(id));
  }
}

/** Why it was refused, and that nothing else was printed. */
export function expectRefusal(run: AdminRun, code: 1 | 2 | 130, message: RegExp): void {
  expect(run.err).to.match(message);
  expect(run.err).to.match(/^error: /);
  expect(run.err, 'a stack trace').to.not.match(/^\s+at .*[:)]/m);
  expect({ code: run.code, out: run.out }).to.deep.equal({ code, out: '' });
}
