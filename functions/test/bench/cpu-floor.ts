import { randomBytes, randomInt } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import firestore from '@google-cloud/firestore';
import { credentials } from '@grpc/grpc-js';

/**
 * The floor: the same calls to the same backends, in the same order and as parallel, behind node:http. It checks nothing,
 * and nobody could ship it; what it costs, the service can't save.
 */
const {
  FIRESTORE_EMULATOR_HOST,
  FIREBASE_AUTH_EMULATOR_HOST,
  OUTBOX_URL = '',
  GCLOUD_PROJECT: projectId,
} = process.env;
const { BENCH_TENANT: tenantId, PORT } = process.env;
const [servicePath, port] = (FIRESTORE_EMULATOR_HOST ?? '').split(':');
const OWNER = { Authorization: 'Bearer owner' };
const db = new firestore.Firestore({
  projectId: projectId ?? '',
  ignoreUndefinedProperties: true,
  customHeaders: OWNER,
});
const raw = new firestore.v1.FirestoreClient({
  projectId: projectId ?? '',
  servicePath: servicePath ?? '',
  port: Number(port),
  sslCreds: credentials.createInsecure(),
});
const database = `projects/${projectId}/databases/(default)`;
const toolkit = `http://${FIREBASE_AUTH_EMULATOR_HOST}/identitytoolkit.googleapis.com/v1`;

type Body = Record<string, string>;
const id = () => randomBytes(16).toString('base64url');
const users = () => db.collection('floor/org/users');

async function register({ email = '', phone_number = '', password, ...rest }: Body): Promise<object> {
  const uid = `usr_${id()}`;
  const keys = [email, phone_number].map((contact) => db.doc(`floorReservations/${contact}`));
  const reserve = db.batch();
  for (const key of keys) reserve.create(key, { uid, state: 'reserved', leaseUntil: new Date() });
  await Promise.all([
    reserve.commit(),
    admin(`projects/${projectId}/accounts:lookup`, { email: [email], phoneNumber: [phone_number] }),
  ]);
  await admin(`projects/${projectId}/tenants/${tenantId}/accounts`, { localId: uid, email, password });
  const write = db.batch();
  write.create(users().doc(uid), { email, phone_number, ...rest, createdAt: new Date() });
  for (const key of keys) write.update(key, { state: 'held' });
  await write.commit();
  return { userId: uid, email, phone_number };
}

async function login({ email = '', password }: Body): Promise<object> {
  const [, found] = await Promise.all([
    increment(`floorLimits/${email}`, ['a', 'b', 'c', 'd', 'e'], true),
    users().where('email', '==', email).limit(1).get(),
    post(`${toolkit}/accounts:signInWithPassword?key=k`, { email, password, tenantId, returnSecureToken: false }),
  ]);
  const uid = found.docs[0]?.id;
  const code = String(randomInt(1e6)).padStart(6, '0');
  const batch = db.batch();
  batch.set(db.doc(`floorChallenges/${email}`), { uid, mac: code, tries: 0, expiresAt: new Date() }, { merge: true });
  batch.set(db.doc(`floorChallenges/${found.docs[0]?.get('phone_number')}`), { mac: null, tries: 0 }, { merge: true });
  const message = { to: email, channel: 'email', purpose: 'login', text: `${code} is your code`, code };
  await Promise.all([batch.commit(), post(OUTBOX_URL, message)]);
  return { message: 'OTP sent', userId: uid };
}

async function verify({ email = '' }: Body): Promise<object> {
  const [, , found] = await Promise.all([
    increment(`floorChallenges/${email}`, ['tries', 'failures', 'blocked'], false),
    db.doc(`floorChallenges/${email}`).get(),
    users().where('email', '==', email).limit(1).get(),
  ]);
  const uid = found.docs[0]?.id;
  const sid = `ses_${id()}`;
  const now = Math.floor(Date.now() / 1000);
  const aud = 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
  const claims = { iss: 'a', sub: 'a', aud, iat: now, exp: now + 300, uid, claims: { sid }, tenant_id: tenantId };
  const token = `${encode({ alg: 'none' })}.${encode(claims)}.`;
  const batch = db.batch();
  batch.delete(db.doc(`floorChallenges/${email}`), { exists: true });
  batch.create(db.doc(`floorSessions/${sid}`), { uid, createdAt: new Date(), revokedAt: null });
  const [answer] = await Promise.all([
    post(`${toolkit}/accounts:signInWithCustomToken?key=k`, { token, returnSecureToken: true, tenantId }),
    batch.commit(),
  ]);
  return { sessionToken: answer['idToken'], user: found.docs[0]?.data() };
}

async function session(request: IncomingMessage): Promise<{ sid: string; uid: string }> {
  const payload = (request.headers.authorization ?? '').split('.')[1] ?? '';
  const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string };
  const snapshot = await db.doc(`floorSessions/${sid}`).get();
  return { sid, uid: snapshot.get('uid') };
}

async function me(request: IncomingMessage): Promise<object> {
  const { uid } = await session(request);
  return (await users().doc(uid).get()).data() ?? {};
}

async function logout(request: IncomingMessage): Promise<object> {
  const { sid } = await session(request);
  await db.doc(`floorSessions/${sid}`).update({ revokedAt: new Date() });
  return {};
}

async function increment(path: string, fields: string[], upsert: boolean): Promise<void> {
  const updateTransforms = fields.map((fieldPath) => ({ fieldPath, increment: { integerValue: 1 } }));
  const name = `${database}/documents/${path}`;
  const mode = upsert ? {} : { currentDocument: { exists: true } };
  const writes = [{ update: { name }, updateMask: { fieldPaths: [] }, updateTransforms, ...mode }];
  await raw.commit({ database, writes }, { otherArgs: { headers: OWNER } });
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function admin(path: string, body: object): Promise<Body> {
  return post(`${toolkit}/${path}`, body, { authorization: 'Bearer owner' });
}

async function post(url: string, body: object, headers: Body = {}): Promise<Body> {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, sent);
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

const HANDLERS: Readonly<Record<string, (request: IncomingMessage, body: Body) => Promise<object> | object>> = {
  '/health': () => ({ status: 'ok' }),
  '/partner/auth/register': (_request, body) => register(body),
  '/partner/auth/login': (_request, body) => login(body),
  '/partner/auth/verify-otp': (_request, body) => verify(body),
  '/bench/session': (request) => session(request),
  '/partner/users/me': (request) => me(request),
  '/partner/auth/logout': (request) => logout(request),
};

async function answer(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return (await HANDLERS[request.url ?? '']?.(request, text === '' ? {} : (JSON.parse(text) as Body))) ?? {};
}

createServer((request, response) => {
  answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(PORT), '127.0.0.1');
