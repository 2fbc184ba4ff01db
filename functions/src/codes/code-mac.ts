import { randomInt } from 'node:crypto';
import type { Contact } from '../contacts/contact.js';
import { equalMacs, hmac } from '../lib/crypto.js';
import type { Keyring } from '../lib/keyring.js';
import type { ChallengePurpose, ChallengeRecord } from './challenge-record.js';

/** All that a code is bound to. */
export interface CodeBinding {
  readonly poolId: string;
  readonly purpose: ChallengePurpose;
  readonly uid: string;
  readonly contact: Contact;
  readonly challengeId: string;
}

/** Uniform over all codes of the length, leading zeros kept. */
export function generateCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}

export function computeMac(pepper: Buffer, binding: CodeBinding, code: string): Buffer {
  const { poolId, purpose, uid, contact, challengeId } = binding;
  return hmac(pepper, ['code', poolId, purpose, uid, contact.kind, contact.value, challengeId, code]);
}

/** False as well when the pepper of the stored MAC has been retired. */
export function codeMatches(
  peppers: Keyring,
  challenge: ChallengeRecord,
  binding: Omit<CodeBinding, 'challengeId' | 'uid'>,
  code: string,
): boolean {
  const pepper = peppers.find(challenge.pepperVersion);
  if (pepper === undefined) return false;
  const { challengeId, uid } = challenge;
  return equalMacs(computeMac(pepper, { ...binding, challengeId, uid }, code), Buffer.from(challenge.mac, 'base64url'));
}
