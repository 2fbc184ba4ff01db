import { SECOND_MS } from '../../src/lib/clock.js';
import { type AccountUser, from, newPassword, newPhone } from './account-scenario.js';
import { type ApiResponse, expectStatus } from './api-client.js';
import type { TestApp } from './describe-app.js';

/** A user whose codes are tried: in the session of its token. */
export interface CodeUser extends AccountUser {
  /** The number that is to be verified. */
  readonly phone: string;
  /** What the password is to be reset to. */
  readonly nextPassword: string;
}

/** What a code of one purpose is asked for with, and what it is used for. */
export interface CodeUse {
  readonly purpose: 'password_reset' | 'email_verification' | 'phone_verification';
  send(app: TestApp, user: CodeUser): Promise<string>;
  /** From an address that has not called before: limits of addresses are not what is tried. */
  use(app: TestApp, user: CodeUser, code: string): Promise<ApiResponse>;
}

export const CODE_USES: readonly CodeUse[] = [
  {
    purpose: 'password_reset',
    send: ({ account }, user) => account.sendResetCode(user),
    use: ({ account }, { email, nextPassword }, code) =>
      account.call('resetPassword', { email, code, newPassword: nextPassword }, undefined, from()),
  },
  {
    purpose: 'email_verification',
    send: ({ account }, user) => account.sendEmailCode(user, user.token),
    use: ({ account }, { token }, code) => account.call('verifyEmail', { code }, token, from()),
  },
  {
    purpose: 'phone_verification',
    send: ({ account }, { phone, token }) => account.sendPhoneCode(phone, token),
    use: ({ account }, { phone, token }, code) => account.call('verifyPhone', { phone, code }, token, from()),
  },
];

export async function newCodeUser({ account }: TestApp): Promise<CodeUser> {
  return { ...(await account.signUp()), phone: newPhone(), nextPassword: newPassword() };
}

/** Time passes, after which the user logs in again: a token lives for an hour. */
export async function later(app: TestApp, user: CodeUser, milliseconds: number): Promise<CodeUser> {
  app.clock.advance(milliseconds);
  const { email, password } = user;
  const { body } = expectStatus(await app.account.call('login', { email, password }, undefined, from()), 200);
  return { ...user, token: body.data.token };
}

/** Moves the clock to just before a second begins: whatever ends sign-ins with the client SDK waits for the next one. */
export function nearNextSecond({ clock }: TestApp): void {
  const sinceSecond = clock.now() % SECOND_MS;
  clock.advance((2 * SECOND_MS - 100 - sinceSecond) % SECOND_MS);
}
