import { MAIN_POOL } from '../../src/identity/pool.js';
import type { UserId } from '../../src/users/user-id.js';
import { newSignup } from './account-scenario.js';
import type { TestApp } from './describe-app.js';

/** Of those who must not be told from each other. */
export const CLASSES = ['known', 'unknown', 'disabled'] as const;
export type Accounts<T> = Readonly<Record<(typeof CLASSES)[number], T>>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Three that nobody has asked for yet, so that no limit is used. */
export async function newAccounts({ account, ports }: TestApp): Promise<Accounts<Credentials>> {
  const [known, disabled] = [await account.signUp(), await account.signUp()];
  await ports.identities.setDisabled(MAIN_POOL, disabled.uid as UserId, true);
  return { known, unknown: newSignup(), disabled };
}
