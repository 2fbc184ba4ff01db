/** A function as most Firebase projects write it: CommonJS, not bundled, firebase-admin initialised at the top. */
export interface Baseline {
  readonly name: string;
  readonly code: string;
  /** What is asked of it, one cold process each. */
  readonly probes: readonly string[];
}

const TOP = `
const { onRequest } = require('firebase-functions/https');
const express = require('express');
const app = express();
app.get('/health', (request, response) => response.json({ status: 'ok' }));
`;
const BOTTOM = `
exports.api = onRequest(app);
`;

export const BASELINES: readonly Baseline[] = [
  {
    // What functions-framework costs without any function: nobody starts faster.
    name: 'bare framework',
    code: `exports.api = (request, response) => { response.json({ status: 'ok' }); };`,
    probes: ['/health'],
  },
  {
    name: 'admin, Firestore on first use',
    code: `
const admin = require('firebase-admin');
admin.initializeApp();
${TOP}
app.get('/read', async (request, response) => {
  const snapshot = await admin.firestore().doc('credentials/' + process.env.COLD_KEY).get();
  response.json({ found: snapshot.exists });
});
${BOTTOM}`,
    probes: ['/health', '/read'],
  },
  {
    name: 'admin, Firestore at the top',
    code: `
const { initializeApp } = require('firebase-admin/app');
const { getFirestore } = require('firebase-admin/firestore');
const { getAuth } = require('firebase-admin/auth');
const bcrypt = require('bcrypt');
const { createHash } = require('node:crypto');
initializeApp();
const db = getFirestore();
const auth = getAuth();
${TOP}
app.get('/read', async (request, response) => {
  const snapshot = await db.doc('credentials/' + process.env.COLD_KEY).get();
  response.json({ found: snapshot.exists });
});
// The very work that the first authenticated request does: the key, bcrypt, the org.
app.get('/credential', async (request, response) => {
  const credential = await db.doc('credentials/' + process.env.COLD_KEY).get();
  const hashed = createHash('sha256').update(process.env.COLD_SECRET).digest('base64');
  const equal = await bcrypt.compare(hashed, credential.get('secretHash'));
  const org = await db.doc('orgs/' + credential.get('orgId')).get();
  response.status(equal && org.exists ? 200 : 500).json({});
});
${BOTTOM}`,
    probes: ['/health', '/read', '/credential'],
  },
];
