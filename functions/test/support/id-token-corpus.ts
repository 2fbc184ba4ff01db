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

export const signed = (payload: unknown, header: unknown = HEADER, key = google) =>
  forge(header, payload, rs(key.privateKey));
export const withClaims = (change: Record<string, unknown>) => ({ ...PAYLOAD, ...change });
const without = (claim: keyof typeof PAYLOAD) => withClaims({ [claim]: undefined });
export const VALID = signed(PAYLOAD);
const [HEAD = '', BODY = '', SIGNATURE = ''] = VALID.split('.');

/** Payloads that Google would have to sign before they got this far, and that are not ours all the same. */
export const BAD_PAYLOADS: Readonly<Record<string, unknown>> = {
  'no exp': without('exp'),
  'exp in the past': withClaims({ exp: NOW - 31 }),
  'exp that is text': withClaims({ exp: String(NOW + 3_600) }),
  'exp that is null': withClaims({ exp: null }),
  'no iat': without('iat'),
  'iat in the future': withClaims({ iat: NOW + 31 }),
  'iat over an hour ago, though exp is ahead': withClaims({ iat: NOW - 3_631, exp: NOW + 86_400 }),
  'nbf in the future': withClaims({ nbf: NOW + 31 }),
  'nbf that is text': withClaims({ nbf: 'now' }),
  'no iss': without('iss'),
  'iss of another project': withClaims({ iss: 'https://securetoken.google.com/other' }),
  'iss with a slash more': withClaims({ iss: `${PAYLOAD.iss}/` }),
  'iss of session cookies': withClaims({ iss: `https://session.firebase.google.com/${PROJECT}` }),
  'iss that is a list': withClaims({ iss: [PAYLOAD.iss] }),
  'no aud': without('aud'),
  'aud of another project': withClaims({ aud: 'other' }),
  'aud of several others': withClaims({ aud: ['other', 'third'] }),
  'aud in other letters': withClaims({ aud: PROJECT.toUpperCase() }),
  'T-03 another tenant': withClaims({ firebase: { ...FIREBASE, tenant: 'tenant-b' } }),
  'T-03 no tenant: a user of the main app': withClaims({ firebase: { ...FIREBASE, tenant: undefined } }),
  'T-03 tenant null': withClaims({ firebase: { ...FIREBASE, tenant: null } }),
  'T-03 tenant in a list': withClaims({ firebase: { ...FIREBASE, tenant: ['tenant-a'] } }),
  'T-03 tenant as a claim of ours': withClaims({ tenant: 'tenant-a', firebase: { sign_in_provider: 'custom' } }),
  'T-05 sign-in by password': withClaims({ firebase: { ...FIREBASE, sign_in_provider: 'password' } }),
  'T-05 sign-in by Google': withClaims({ firebase: { ...FIREBASE, sign_in_provider: 'google.com' } }),
  'T-05 no sign-in provider': withClaims({ firebase: { tenant: 'tenant-a' } }),
  'sign-in provider in a list': withClaims({ firebase: { ...FIREBASE, sign_in_provider: ['custom'] } }),
  'no firebase': without('firebase'),
  'firebase null': withClaims({ firebase: null }),
  'firebase text': withClaims({ firebase: 'custom' }),
  'another org': withClaims({ org_id: newPool().id }),
  'no org': without('org_id'),
  'org null': withClaims({ org_id: null }),
  'org in a list': withClaims({ org_id: [POOL.id] }),
  'no sid': without('sid'),
  'sid empty': withClaims({ sid: '' }),
  'sid garbage': withClaims({ sid: 'ses_../../users' }),
  'sid in a list': withClaims({ sid: [SID] }),
  'sid an object': withClaims({ sid: { $ne: null } }),
  'sid a number': withClaims({ sid: 0 }),
  'sid a uid': withClaims({ sid: UID }),
  'no sub': without('sub'),
  'sub empty': withClaims({ sub: '' }),
  'sub null': withClaims({ sub: null }),
  'sub a number': withClaims({ sub: 7 }),
  'sub in a list': withClaims({ sub: [UID] }),
  'sub a path': withClaims({ sub: '../orgs' }),
  'sub of somebody not ours': withClaims({ sub: 'AbCdEf0123456789AbCdEf012345' }),
  'sub twice, ours first': JSON.stringify(PAYLOAD).replace(/\}$/, ',"sub":"eve"}'),
  'everything in __proto__': `{"__proto__":${JSON.stringify(PAYLOAD)}}`,
  'payload a list': [PAYLOAD],
  'payload null': 'null',
  'payload a number': '1',
  'payload text': '"token"',
  'payload empty': '',
  'payload cut': JSON.stringify(PAYLOAD).slice(0, -1),
};

/** Tokens whose form or signature is wrong, whatever they say. */
export const FORGED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['none', 'None', 'nOnE', 'NONE', ''].flatMap((alg) => [
      [`alg "${alg}" without a signature`, forge({ ...HEADER, alg }, PAYLOAD, unsigned)],
      [`alg "${alg}" with the signature of a real token`, forge({ ...HEADER, alg }, PAYLOAD, () => SIGNATURE)],
    ]),
  ),
  'no alg': signed(PAYLOAD, { kid: 'key-1' }),
  'alg a list': signed(PAYLOAD, { ...HEADER, alg: ['RS256'] }),
  'HS256 with the public key’s PEM as secret': forge({ ...HEADER, alg: 'HS256' }, PAYLOAD, hs256(publicPem)),
  'HS256 with the public key’s DER as secret': forge(
    { ...HEADER, alg: 'HS256' },
    PAYLOAD,
    hs256(google.publicKey.export({ type: 'spki', format: 'der' })),
  ),
  'HS256 with the modulus as secret': forge({ ...HEADER, alg: 'HS256' }, PAYLOAD, hs256(String(publicJwk.n))),
  'HS256 with an empty secret': forge({ ...HEADER, alg: 'HS256' }, PAYLOAD, hs256('')),
  'RS256 said, HS256 made': forge(HEADER, PAYLOAD, hs256(publicPem)),
  'RS512 with the real key': forge({ ...HEADER, alg: 'RS512' }, PAYLOAD, rs(google.privateKey, 512)),
  'PS256 with the real key': forge({ ...HEADER, alg: 'PS256' }, PAYLOAD, pss),
  'ES256 with a key of its own': forge({ ...HEADER, alg: 'ES256' }, PAYLOAD, ecdsa),
  'another key under the real kid': signed(PAYLOAD, HEADER, attacker),
  'another key under its own kid': signed(PAYLOAD, { ...HEADER, kid: 'evil' }, attacker),
  'another key and no kid': signed(PAYLOAD, { alg: 'RS256' }, attacker),
  'the real key under an unknown kid': signed(PAYLOAD, { ...HEADER, kid: 'key-2' }),
  'kid a path': signed(PAYLOAD, { ...HEADER, kid: '../../dev/null' }, attacker),
  'kid a number': signed(PAYLOAD, { ...HEADER, kid: 1 }, attacker),
  'F-02 key in jwk': signed(PAYLOAD, { alg: 'RS256', jwk: attackerJwk }, attacker),
  'F-02 key in jwk under the real kid': signed(PAYLOAD, { ...HEADER, jwk: attackerJwk }, attacker),
  'F-02 key at jku': signed(PAYLOAD, { ...HEADER, kid: 'evil', jku: 'http://127.0.0.1:9/jwks' }, attacker),
  'F-02 certificate at x5u': signed(PAYLOAD, { ...HEADER, kid: 'evil', x5u: 'http://127.0.0.1:9/cert' }, attacker),
  'F-02 certificate in x5c': signed(PAYLOAD, { ...HEADER, kid: 'evil', x5c: [publicPem] }, attacker),
  'crit with something unknown': signed(PAYLOAD, { ...HEADER, crit: ['exp'], exp: 1 }),
  'crit with b64 off': signed(PAYLOAD, { ...HEADER, crit: ['b64'], b64: false }),
  'crit empty': signed(PAYLOAD, { ...HEADER, crit: [] }),
  'alg twice, none last': forge('{"alg":"RS256","kid":"key-1","alg":"none"}', PAYLOAD, unsigned),
  'header a list': signed(PAYLOAD, '[]'),
  'header null': signed(PAYLOAD, 'null'),
  'header no JSON': signed(PAYLOAD, 'RS256'),
  'signature of another token': `${HEAD}.${signed(withClaims({ sub: userId.generate() })).split('.')[1]}.${SIGNATURE}`,
  'a changed header': `${Buffer.from(JSON.stringify({ ...HEADER, typ: 'jwt' })).toString('base64url')}.${BODY}.${SIGNATURE}`,
  'no signature': `${HEAD}.${BODY}.`,
  'signature cut': VALID.slice(0, -4),
  'signature longer': `${VALID}AAAA`,
  'signature zero': `${HEAD}.${BODY}.${Buffer.alloc(256).toString('base64url')}`,
  'last dot missing': `${HEAD}.${BODY}`,
  'a dot more': `${VALID}.`,
  'a dot before': `.${VALID}`,
  'five parts, as of a JWE': `${VALID}.a.b`,
  'dots alone': '..',
  'twice the token': `${VALID}.${VALID}`,
  empty: '',
  blank: ' ',
  'a word': 'token',
  'a space before': ` ${VALID}`,
  'a NUL behind': `${VALID}\0`,
  'Bearer before': `Bearer ${VALID}`,
  'in quotes': `"${VALID}"`,
  unicode: '🔑.🔑.🔑',
  'lone surrogates': '\ud800.\udc00.\ud800',
  'base64 with + and / and padding': `${HEAD}.${BODY}=.${SIGNATURE}==!`,
  huge: `${HEAD}.${'A'.repeat(1_000_000)}.${SIGNATURE}`,
  'many dots': '.'.repeat(8_000),
  'JSON instead of a token': JSON.stringify(PAYLOAD),
  'deep nesting': forge(HEADER, '['.repeat(3_000), unsigned),
};

function pss(data: string): string {
  const key = { key: google.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return sign('sha256', Buffer.from(data), key).toString('base64url');
}

function ecdsa(data: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
