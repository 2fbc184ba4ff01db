import { Keyring } from '../lib/keyring.js';
import type { ReadParam } from './param-names.js';

/** 32 bytes. */
const KEY = /^[A-Za-z0-9+/]{43}=$/;
const ENTRY = /^(\d{1,9}):([A-Za-z0-9+/]{43}=)$/;

export interface Secrets {
  /** Peppers of the MACs of codes. */
  readonly codePeppers: Keyring;
  /** AES-256 keys of encrypted fields and queued messages. */
  readonly dataKeys: Keyring;
  /** Key of the hashes that stand in for contacts in document ids. It can't be rotated without moving the documents. */
  readonly indexKey: Buffer;
}

/** Missing, short or malformed secrets are refused: an empty one would make every MAC guessable. @throws Error */
export function parseSecrets(read: ReadParam): Secrets {
  return {
    codePeppers: parseKeyring('CODE_PEPPERS', read('CODE_PEPPERS')),
    dataKeys: parseKeyring('DATA_KEYS', read('DATA_KEYS')),
    indexKey: parseKey('INDEX_KEY', read('INDEX_KEY')),
  };
}

/** `1:<base64 of 32 bytes>,2:<…>`; the highest version is used for new values. */
function parseKeyring(name: string, text: string): Keyring {
  const keys = text.split(',').map((entry) => {
    const [, version, key] = ENTRY.exec(entry.trim()) ?? [];
    if (version === undefined || key === undefined) {
      throw new Error(
        `The secret ${name} must be a list such as "1:<base64 of 32 random bytes>", separated by commas.`,
      );
    }
    return { version: Number(version), key: parseKey(name, key) };
  });
  if (new Set(keys.map(({ version }) => version)).size !== keys.length)
    throw new Error(`The secret ${name} has a version twice.`);
  return new Keyring(keys);
}

function parseKey(name: string, text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (!KEY.test(text.trim()))
    throw new Error(`The secret ${name} must hold base64 of 32 random bytes: openssl rand -base64 32`);
  if (key.every((byte) => byte === key[0]))
    throw new Error(`The secret ${name} is not random: openssl rand -base64 32`);
  return key;
}
