import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256 over the parts. JSON keeps `['a','bc']` and `['ab','c']` apart. */
export function hmac(key: Buffer, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

/** A document id that stands for the parts. In hex, so that it is never one of the names `__x__` that Firestore reserves. */
export function keyedId(key: Buffer, parts: readonly string[]): string {
  return hmac(key, parts).toString('hex');
}

/** Compares two MACs of fixed length in constant time. Different lengths are simply unequal. */
export function equalMacs(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
