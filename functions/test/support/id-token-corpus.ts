import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK } from 'jose';
import { sessionId } from '../../src/sessions/session-id.js';
import { userId } from '../../src/users/user-id.js';
import { forge, hs256, newRsaKey, rs, unsigned } from './token-forge.js';
import { ManualClock, newPool } from './unit-fixtures.js';

export const PROJECT = 'demo-gatehouse';
export const clock = new ManualClock();
export const NOW = Math.floor(clock.now() / 1_000);
export const POOL = newPool('tenant-a');
export const [UID, SID] = [userId.generate(), sessionId.generate()];

export const google = newRsaKey();
export const attacker = newRsaKey();
const publicPem = google.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const publicJwk = await exportJWK(google.publicKey);
const attackerJwk = await exportJWK(attacker.publicKey);

export const HEADER = { alg: 'RS256', kid: 'key-1', typ: 'JWT' };
export const FIREBASE = { identities: {}, sign_in_provider: 'custom', tenant: 'tenant-a' };
export const PAYLOAD = {
  iss: `https://securetoken.google.com/${PROJECT}`,
  aud: PROJECT,
  auth_time: NOW,
  sub: UID,
  user_id: UID,
  iat: NOW,
  exp: NOW + 3_600,
  sid: SID,
  org_id: POOL.id,
  role: 'user',
  auth_methods: ['pwd', 'otp'],
  firebase: FIREBASE,
};

export type Payload = Readonly<Record<string, unknown>>;

export const signed = (payload: unknown, header: unknown = HEADER, key = google) =>
  forge(header, payload, rs(key.privateKey));
export const withClaims = (change: Payload) => ({ ...PAYLOAD, ...change });
export const VALID = signed(PAYLOAD);

/** Claims that Google would have to sign before they got this far, and that are not ours all the same. */
const BAD_CLAIMS: Readonly<Record<string, Payload>> = {
  'no exp': { exp: undefined },
  'exp in the past': { exp: NOW - 31 },
  'exp that is text': { exp: String(NOW + 3_600) },
  'exp that is null': { exp: null },
  'no iat': { iat: undefined },
  'iat in the future': { iat: NOW + 31 },
  'iat over an hour ago, though exp is ahead': { iat: NOW - 3_631, exp: NOW + 86_400 },
  'nbf in the future': { nbf: NOW + 31 },
  'nbf that is text': { nbf: 'now' },
  'no iss': { iss: undefined },
  'iss of another project': { iss: 'https://securetoken.google.com/other' },
  'iss with a slash more': { iss: `${PAYLOAD.iss}/` },
  'iss of session cookies': { iss: `https://session.firebase.google.com/${PROJECT}` },
  'iss that is a list': { iss: [PAYLOAD.iss] },
  'no aud': { aud: undefined },
  'aud of another project': { aud: 'other' },
  'aud of several others': { aud: ['other', 'third'] },
  'aud in other letters': { aud: PROJECT.toUpperCase() },
  'T-03 another tenant': { firebase: { ...FIREBASE, tenant: 'tenant-b' } },
  'T-03 no tenant: a user of the main app': { firebase: { ...FIREBASE, tenant: undefined } },
  'T-03 tenant null': { firebase: { ...FIREBASE, tenant: null } },
  'T-03 tenant in a list': { firebase: { ...FIREBASE, tenant: ['tenant-a'] } },
  'T-03 tenant as a claim of ours': { tenant: 'tenant-a', firebase: { sign_in_provider: 'custom' } },
  'T-05 sign-in by password': { firebase: { ...FIREBASE, sign_in_provider: 'password' } },
  'T-05 sign-in by Google': { firebase: { ...FIREBASE, sign_in_provider: 'google.com' } },
  'T-05 no sign-in provider': { firebase: { tenant: 'tenant-a' } },
  'sign-in provider in a list': { firebase: { ...FIREBASE, sign_in_provider: ['custom'] } },
  'no firebase': { firebase: undefined },
  'firebase null': { firebase: null },
  'firebase text': { firebase: 'custom' },
  'another org': { org_id: newPool().id },
  'no org': { org_id: undefined },
  'org null': { org_id: null },
  'org in a list': { org_id: [POOL.id] },
  'no sid': { sid: undefined },
  'sid empty': { sid: '' },
  'sid garbage': { sid: 'ses_../../users' },
  'sid in a list': { sid: [SID] },
  'sid an object': { sid: { $ne: null } },
  'sid a number': { sid: 0 },
  'sid a uid': { sid: UID },
  'no sub': { sub: undefined },
  'sub empty': { sub: '' },
  'sub null': { sub: null },
  'sub a number': { sub: 7 },
  'sub in a list': { sub: [UID] },
  'sub a path': { sub: '../orgs' },
  'sub of somebody not ours': { sub: 'AbCdEf0123456789AbCdEf012345' },
};

/** A good payload, each with something wrong in it, or with nothing right. */
export function badPayloads(good: Payload): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(Object.entries(BAD_CLAIMS).map(([what, claims]) => [what, { ...good, ...claims }])),
    'sub twice, ours first': JSON.stringify(good).replace(/\}$/, ',"sub":"eve"}'),
    'everything in __proto__': `{"__proto__":${JSON.stringify(good)}}`,
    'payload a list': [good],
    'payload null': 'null',
    'payload a number': '1',
    'payload text': '"token"',
    'payload empty': '',
    'payload cut': JSON.stringify(good).slice(0, -1),
  };
}
export const BAD_PAYLOADS = badPayloads(PAYLOAD);

/** Tokens whose form or signature is wrong, whatever they say. */
export function forgedTokens(payload: Payload): Readonly<Record<string, string>> {
  return { ...withOtherAlgorithms(payload), ...withOtherKeys(payload), ...malformed(payload) };
}
export const FORGED = forgedTokens(PAYLOAD);

function withOtherAlgorithms(payload: Payload): Record<string, string> {
  const signature = signed(payload).split('.')[2] ?? '';
  return {
    ...Object.fromEntries(
      ['none', 'None', 'nOnE', 'NONE', ''].flatMap((alg) => [
        [`alg "${alg}" without a signature`, forge({ ...HEADER, alg }, payload, unsigned)],
        [`alg "${alg}" with the signature of a real token`, forge({ ...HEADER, alg }, payload, () => signature)],
      ]),
    ),
    'no alg': signed(payload, { kid: 'key-1' }),
    'alg a list': signed(payload, { ...HEADER, alg: ['RS256'] }),
    'HS256 with the public key’s PEM as secret': forge({ ...HEADER, alg: 'HS256' }, payload, hs256(publicPem)),
    'HS256 with the public key’s DER as secret': forge(
      { ...HEADER, alg: 'HS256' },
      payload,
      hs256(google.publicKey.export({ type: 'spki', format: 'der' })),
    ),
    'HS256 with the modulus as secret': forge({ ...HEADER, alg: 'HS256' }, payload, hs256(String(publicJwk.n))),
    'HS256 with an empty secret': forge({ ...HEADER, alg: 'HS256' }, payload, hs256('')),
    'RS256 said, HS256 made': forge(HEADER, payload, hs256(publicPem)),
    'RS512 with the real key': forge({ ...HEADER, alg: 'RS512' }, payload, rs(google.privateKey, 512)),
    'PS256 with the real key': forge({ ...HEADER, alg: 'PS256' }, payload, pss),
    'ES256 with a key of its own': forge({ ...HEADER, alg: 'ES256' }, payload, ecdsa),
  };
}

function withOtherKeys(payload: Payload): Record<string, string> {
  return {
    'another key under the real kid': signed(payload, HEADER, attacker),
    'another key under its own kid': signed(payload, { ...HEADER, kid: 'evil' }, attacker),
    'another key and no kid': signed(payload, { alg: 'RS256' }, attacker),
    'the real key under an unknown kid': signed(payload, { ...HEADER, kid: 'key-2' }),
    'kid a path': signed(payload, { ...HEADER, kid: '../../dev/null' }, attacker),
    'kid a number': signed(payload, { ...HEADER, kid: 1 }, attacker),
    'F-02 key in jwk': signed(payload, { alg: 'RS256', jwk: attackerJwk }, attacker),
    'F-02 key in jwk under the real kid': signed(payload, { ...HEADER, jwk: attackerJwk }, attacker),
    'F-02 key at jku': signed(payload, { ...HEADER, kid: 'evil', jku: 'http://127.0.0.1:9/jwks' }, attacker),
    'F-02 certificate at x5u': signed(payload, { ...HEADER, kid: 'evil', x5u: 'http://127.0.0.1:9/cert' }, attacker),
    'F-02 certificate in x5c': signed(payload, { ...HEADER, kid: 'evil', x5c: [publicPem] }, attacker),
    'crit with something unknown': signed(payload, { ...HEADER, crit: ['exp'], exp: 1 }),
    'crit with b64 off': signed(payload, { ...HEADER, crit: ['b64'], b64: false }),
    'crit empty': signed(payload, { ...HEADER, crit: [] }),
  };
}

function malformed(payload: Payload): Record<string, string> {
  const valid = signed(payload);
  const [head = '', body = '', signature = ''] = valid.split('.');
  const other = signed({ ...payload, sub: userId.generate() });
  return {
    'alg twice, none last': forge('{"alg":"RS256","kid":"key-1","alg":"none"}', payload, unsigned),
    'header a list': signed(payload, '[]'),
    'header null': signed(payload, 'null'),
    'header no JSON': signed(payload, 'RS256'),
    'signature of another token': `${head}.${other.split('.')[1]}.${signature}`,
    'a changed header': `${Buffer.from(JSON.stringify({ ...HEADER, typ: 'jwt' })).toString('base64url')}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'signature cut': valid.slice(0, -4),
    'signature longer': `${valid}AAAA`,
    'signature zero': `${head}.${body}.${Buffer.alloc(256).toString('base64url')}`,
    'last dot missing': `${head}.${body}`,
    'a dot more': `${valid}.`,
    'a dot before': `.${valid}`,
    'five parts, as of a JWE': `${valid}.a.b`,
    'dots alone': '..',
    'twice the token': `${valid}.${valid}`,
    empty: '',
    blank: ' ',
    'a word': 'token',
    'a space before': ` ${valid}`,
    'a NUL behind': `${valid}\0`,
    'Bearer before': `Bearer ${valid}`,
    'in quotes': `"${valid}"`,
    unicode: '🔑.🔑.🔑',
    'lone surrogates': '\ud800.\udc00.\ud800',
    'base64 with + and / and padding': `${head}.${body}=.${signature}==!`,
    huge: `${head}.${'A'.repeat(1_000_000)}.${signature}`,
    'many dots': '.'.repeat(8_000),
    'JSON instead of a token': JSON.stringify(payload),
    'deep nesting': forge(HEADER, '['.repeat(3_000), unsigned),
  };
}

function pss(data: string): string {
  const key = { key: google.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return sign('sha256', Buffer.from(data), key).toString('base64url');
}

function ecdsa(data: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
