import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLocalFile } from './local-file.js';
import type { OutboxMessage } from './outbox/outbox-message.js';
import { STACK_FILE } from './paths.js';
import type { DemoOrg, StackFile } from './stack/stack-info.js';

type Json = Record<string, unknown>;

const CODE_TIMEOUT_MS = 15_000;

/** One partner's backend, walking one user through everything that the Partner API does. */
class Demo {
  constructor(
    private readonly stack: StackFile,
    private readonly org: DemoOrg,
  ) {}

  async walk(): Promise<void> {
    const email = `demo.${Date.now()}@example.com`;
    const phone = `+1202555${randomInt(1000, 9999)}`;
    const [first, second, third] = ['first password', 'second password', 'third password'];
    const user = { email, phone_number: phone, first_name: 'Ada', last_name: 'Lovelace', password: first };
    await this.post('register', { ...user, ssn: '123-45-6789', metadata: { plan: 'demo' } });
    await this.post('login', { email, password: first });
    const { sessionToken } = await this.verify({ email });
    const session = String(sessionToken);
    await this.post('change-password', { current_password: first, new_password: second }, session);
    await this.post('forgot-password/send-otp', { phone_number: phone });
    const code = await this.code(phone);
    await this.post('forgot-password/reset', { phone_number: phone, code, new_password: third });
    await this.post('logout', {}, session, 401);
    await this.post('login', { phone_number: phone, password: third });
    const { sessionToken: fresh } = await this.verify({ phone_number: phone });
    await this.post('logout', {}, String(fresh));
    await this.post('logout', {}, String(fresh), 401);
  }

  private async verify(contact: Record<string, string>): Promise<Json> {
    const code = await this.code(Object.values(contact)[0] ?? '');
    return this.post('verify-otp', { ...contact, code });
  }

  /** `refused` is a status that is expected instead of a success. */
  private async post(path: string, body: Json, session?: string, refused?: number): Promise<Json> {
    const started = performance.now();
    const response = await fetch(`${this.stack.baseUrl}/partner/auth/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-partner-key': this.org.key,
        'x-partner-secret': this.org.secret,
        ...(session ? { authorization: `Bearer ${session}` } : {}),
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const ms = Math.round(performance.now() - started);
    console.log(`\nPOST /partner/auth/${path}${session ? '  (with the session)' : ''}\n  ${JSON.stringify(body)}`);
    console.log(`→ ${response.status} in ${ms} ms\n  ${text}`);
    const expected = refused === undefined ? response.ok : response.status === refused;
    if (!expected) throw new Error(`${path} answered ${response.status}${refused ? ` instead of ${refused}` : ''}`);
    return JSON.parse(text) as Json;
  }

  /** The newest code for a contact that this walk has not used yet. */
  private async code(to: string): Promise<string> {
    const end = Date.now() + CODE_TIMEOUT_MS;
    while (Date.now() < end) {
      const response = await fetch(`${this.stack.outboxUrl}?to=${encodeURIComponent(to)}`);
      const messages = (await response.json()) as OutboxMessage[];
      const message = messages.find(({ id, code }) => code !== null && !this.seen.has(id));
      if (message?.code) {
        this.seen.add(message.id);
        console.log(`\nOutbox: ${message.channel} to ${to}, ${message.purpose}: code ${message.code}`);
        return message.code;
      }
      await sleep(100);
    }
    throw new Error(`No code for ${to} came into the outbox`);
  }

  private readonly seen = new Set<string>();
}

try {
  const stack = readLocalFile<StackFile>(STACK_FILE, 'There is no stack running: `npm start` first.');
  const [org] = stack.orgs;
  if (!org) throw new Error('The stack has no demo orgs.');
  console.log(`As ${org.name} at ${stack.baseUrl}`);
  await new Demo(stack, org).walk();
  console.log('\nEvery step answered as documented.');
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
