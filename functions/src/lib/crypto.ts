import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256 over the parts. JSON keeps `['a','bc']` and `['ab','c']` apart. */
export function hmac(key: Buffer, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

/** Compares two MACs of fixed length in constant time. Different lengths are simply unequal. */
export function equalMacs(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A key for one purpose out of a key for many (HKDF-SHA-256, RFC 5869). */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, 32));
}
