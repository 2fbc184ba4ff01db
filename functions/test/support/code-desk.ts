import { MemoryChallengeStore } from '../../src/adapters/memory/memory-challenge-store.js';
import type { ChallengeKey, ChallengeRecord, MatchedCode } from '../../src/codes/challenge-record.js';
import { type CodeContext, type CodeRequest, CodeService } from '../../src/codes/code-service.js';
import type { Contact } from '../../src/contacts/contact.js';
import { wrongCode } from './scenario.js';
import { expectCode, INDEX_KEY, ManualClock, newPool, testKeyring } from './unit-fixtures.js';

export const EMAIL: Contact = { kind: 'email', value: 'ada@example.com' };
export const PHONE: Contact = { kind: 'phone', value: '+12025550143' };
export const CODE_LIFETIME_MS = 600_000;

/** Remembers what was stored, so that a test can look where the service itself does not show. */
class SpyStore extends MemoryChallengeStore {
  readonly stored: ChallengeRecord[] = [];
  readonly keys: ChallengeKey[] = [];

  override async replace(key: ChallengeKey, challenge: ChallengeRecord, isSiblingIdle?: boolean): Promise<void> {
    this.stored.push(challenge);
    this.keys.push(key);
    await super.replace(key, challenge, isSiblingIdle);
  }
}

/** The codes of one user with two contacts, as login has them, in memory and on a clock that stands still. */
export class CodeDesk {
  readonly clock = new ManualClock();
  readonly store = new SpyStore();
  readonly service = new CodeService({
    challenges: this.store,
    clock: this.clock,
    peppers: testKeyring('pepper'),
    indexKey: INDEX_KEY,
  });
  readonly pool = newPool();
  private asked = 0;
  private readonly places = new Map<Contact, ChallengeKey>();

  context(contact: Contact = EMAIL): CodeContext {
    return { pool: this.pool, purpose: 'login', subject: `${contact.kind}:${contact.value}`, contact };
  }

  async send(contact: Contact = EMAIL, change: Partial<CodeRequest> = {}): Promise<string> {
    const other = contact === EMAIL ? PHONE : EMAIL;
    this.asked += 1;
    const common = { uid: 'usr_a', sequence: this.asked, length: 6, lifetimeSeconds: CODE_LIFETIME_MS / 1_000 };
    let sent = '';
    await this.service.issue(
      { ...this.context(contact), siblingSubject: this.context(other).subject, ...common, ...change },
      async ({ code }) => {
        sent = code;
      },
    );
    const [key, sibling] = [this.store.keys.at(-1), this.store.stored.at(-1)?.sibling];
    if (key) this.places.set(contact, key);
    if (sibling) this.places.set(other, sibling);
    return sent;
  }

  check(code: string, contact: Contact = EMAIL): Promise<MatchedCode> {
    return this.service.check(this.context(contact), code);
  }

  /** Tries that many different wrong codes, each of which is compared and refused. */
  async fail(code: string, times: number, contact: Contact = EMAIL): Promise<void> {
    for (let distance = 1; distance <= times; distance += 1)
      await expectCode(this.check(wrongCode(code, distance), contact), 'invalid_code');
  }

  /** Wrong codes in a row at a contact, as its next try would see them. */
  async failures(contact: Contact = EMAIL): Promise<number> {
    const key = this.places.get(contact);
    if (key === undefined) throw new Error('nothing was sent there');
    const { failures = -1 } = (await this.store.countTry(key)) ?? {};
    return failures;
  }
}
