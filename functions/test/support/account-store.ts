import { readConfig } from '../../src/config/config.js';
import type { Contact } from '../../src/contacts/contact.js';
import { MAIN_POOL } from '../../src/identity/pool.js';
import { reservationKey } from '../../src/users/reservation-key.js';
import { authEmulator, type EmulatorAccount } from './auth-emulator.js';
import { FirestoreProbe } from './firestore-probe.js';
import { testStack } from './global-stack.js';

type Json = Readonly<Record<string, unknown>>;

/** What the emulators have of the main app's users, read and changed past our own code. */
export class AccountStore {
  private readonly probe = new FirestoreProbe();
  private readonly indexKey = readConfig(testStack().env).secrets.indexKey;

  /** By `localId`, `email` or `phoneNumber`, each a list. */
  async accounts(query: Json): Promise<readonly EmulatorAccount[]> {
    const { users = [] } = (await ofMainApp('accounts:lookup', query)) as { users?: EmulatorAccount[] };
    return users;
  }

  async account(uid: string): Promise<EmulatorAccount | undefined> {
    return (await this.accounts({ localId: [uid] }))[0];
  }

  /** As an admin does in the console, or with the Admin SDK: `disableUser`, `validSince`, `phoneNumber`. */
  async change(uid: string, fields: Json): Promise<void> {
    await ofMainApp('accounts:update', { localId: uid, ...fields });
  }

  async delete(uid: string): Promise<void> {
    await ofMainApp('accounts:delete', { localId: uid });
  }

  /** What of these contacts is still being given to somebody. */
  async reserved(contacts: readonly Contact[]): Promise<string[]> {
    const found = await Promise.all(
      contacts.map((contact) => this.probe.read(`reservations/${reservationKey(this.indexKey, MAIN_POOL, contact)}`)),
    );
    return contacts.flatMap(({ value }, index) => (found[index] === undefined ? [] : [value]));
  }

  async profile(uid: string): Promise<unknown> {
    return this.probe.read(`users/${uid}`);
  }

  close(): Promise<void> {
    return this.probe.close();
  }
}

async function ofMainApp(method: string, change: Json): Promise<Json> {
  const { status, body } = await authEmulator.asAdmin(null, method, change);
  if (status !== 200) throw new Error(`${method}: ${JSON.stringify(body)}`);
  return body;
}
