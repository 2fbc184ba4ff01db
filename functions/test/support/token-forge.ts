import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** RS256 keys, as Google's are: 2,048 bits. */
export function newRsaKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

const encode = (part: string) => Buffer.from(part).toString('base64url');

/** A JWT of any header and payload, given as objects or as JSON text of any kind, under any signature. */
export function forge(header: unknown, payload: unknown, signer: (data: string) => string): string {
  const [head, body] = [header, payload].map((part) => encode(typeof part === 'string' ? part : JSON.stringify(part)));
  return `${head}.${body}.${signer(`${head}.${body}`)}`;
}

export const unsigned = () => '';

export function rs(privateKey: KeyObject, bits: 256 | 512 = 256): (data: string) => string {
  return (data) => sign(`RSA-SHA${bits}`, Buffer.from(data), privateKey).toString('base64url');
}

export function hs256(secret: string | Buffer): (data: string) => string {
  return (data) => createHmac('sha256', secret).update(data).digest('base64url');
}
