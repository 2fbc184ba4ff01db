import { expect } from 'chai';
import { generateKeyId, type KeyId } from '../../src/credentials/credential-id.js';
import type { CredentialRecord } from '../../src/credentials/credential-record.js';
import type { CredentialStore } from '../../src/credentials/credential-store.js';
import { MINUTE_MS } from '../../src/lib/clock.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { newCredential } from '../support/records.js';
import { issueOf, readCredential, storedCredential } from '../support/stored-documents.js';

const AT = new Date('2026-01-01T12:00:00.123Z');
/** Times that no other test uses. */
const at = (minutes: number) => new Date(Date.UTC(2001, 0, 1) + minutes * MINUTE_MS);

function withoutVersion(credential: CredentialRecord | null): unknown {
  const { version: _, ...rest } = credential ?? { version: '' };
  return rest;
}

describeContract('CredentialStore', (ports, adapters) => {
  let store: CredentialStore;
  let editor: DocumentEditor;
  let mine: OrgId;
  before(() => {
    store = ports().credentials;
    editor = documentEditor(ports());
  });
  after(() => editor.close());
  beforeEach(() => {
    mine = orgId.generate();
  });

  const stored = (change: Partial<CredentialRecord> = {}, until: Date | null = null) =>
    storedCredential(store, { orgId: mine, ...change }, until);
  const read = (key: KeyId) => readCredential(store, key);

  const keysOf = (found: readonly CredentialRecord[]) => found.map(({ keyId }) => keyId);

  it('finds and reads none that was not created', async () => {
    expect(await store.find(generateKeyId('live'))).to.equal(null);
    expect(await store.read(generateKeyId('live'))).to.equal(null);
    expect(await store.listOf(orgId.generate(), 10)).to.deep.equal([]);
  });

  it('gives a credential back as it was created', async () => {
    for (const credential of [
      newCredential(),
      newCredential({
        expiresAt: AT,
        status: 'revoked',
        scopes: [],
        secretTag: null,
        allowedAddresses: ['203.0.113.7', '2001:db8::/48'],
        lastUsedAt: AT,
        rotatedTo: generateKeyId('live'),
        name: 'Söhne 🦄',
      }),
    ]) {
      await store.create(issueOf(credential));
      expect(withoutVersion(await store.find(credential.keyId))).to.deep.equal(credential);
    }
  });

  it('reads the whole document, what was written and what is in force', async () => {
    const credential = newCredential({ expiresAt: AT, allowedAddresses: ['203.0.113.7'] });
    const { name, status, scopes, expiresAt, allowedAddresses, ...facts } = credential;
    await store.create(issueOf(credential));
    const { version, ...document } = await read(credential.keyId);
    const terms = { name, status, scopes, expiresAt, allowedAddresses };
    expect(document).to.deep.equal({ ...facts, written: terms, inForce: terms, problems: {}, rotate: false });
    expect(version).to.be.a('string').that.is.not.equal('');
    expect((await store.find(credential.keyId))?.version).to.equal(version);
  });

  it('goes by a revocation as soon as it is written, and by nothing else that is', async () => {
    const { keyId, version } = await stored();
    const before = withoutVersion(await store.find(keyId)) as object;
    await editor.credential(keyId, { scopes: ['pii:read'], name: 'B', expiresAt: AT, rotate: true });
    expect(withoutVersion(await store.find(keyId))).to.deep.equal(before);
    const { rotate, written, version: edited } = await read(keyId);
    expect([rotate, written.scopes, edited === version]).to.deep.equal([true, ['pii:read'], false]);
    for (const status of ['revoked', undefined, null, 'Active', 1]) {
      await editor.credential(keyId, { status });
      expect(withoutVersion(await store.find(keyId)), String(status)).to.deep.equal({ ...before, status: 'revoked' });
    }
  });

  describe('listOf', () => {
    it('gives all of an org, page by page in the order of their ids, and of no other', async () => {
      const keys = (await Promise.all(times(7, () => stored()))).map(({ keyId }) => keyId).sort();
      await stored({ orgId: orgId.generate() });
      const found: CredentialRecord[] = [];
      for (let page = 0; page < 3; page += 1) found.push(...(await store.listOf(mine, 3, found.at(-1)?.keyId)));
      expect(keysOf(found)).to.deep.equal(keys);
      expect(await store.listOf(mine, 3, found.at(-1)?.keyId)).to.deep.equal([]);
      expect(found[0]).to.deep.equal(await store.find(keys[0] as KeyId));
    });
  });

  it('keysOf: gives the keys of an org, as many as asked for, and of no other', async () => {
    const keys = (await Promise.all(times(3, () => stored()))).map(({ keyId }) => keyId);
    await stored({ orgId: orgId.generate() });
    expect(await store.keysOf(mine, 10)).to.have.members(keys);
    expect(await store.keysOf(mine, 2)).to.have.length(2);
    expect(await store.keysOf(orgId.generate(), 10)).to.deep.equal([]);
  });

  it('keysOf: gives the keys of an org, as many as are asked for, and of no other', async () => {
    const keys = (await Promise.all(times(5, () => stored()))).map(({ keyId }) => keyId);
    await stored({ orgId: orgId.generate() });
    expect(await store.keysOf(mine, 10)).to.have.members(keys);
    expect(keys).to.include.members([...(await store.keysOf(mine, 3))]);
    expect(await store.keysOf(mine, 3)).to.have.length(3);
    expect(await store.keysOf(orgId.generate(), 3)).to.deep.equal([]);
  });

  describe('findShown', () => {
    it('gives those whose time is over, the longest overdue first, and pages between equal times', async () => {
      const same = (await Promise.all(times(5, () => stored({}, at(1))))).map(({ keyId }) => keyId).sort();
      const [first, exact, later] = [await stored({}, at(0)), await stored({}, at(2)), await stored({}, at(3))];
      await stored();
      const found: CredentialRecord[] = [];
      for (let page = 0; page < 4; page += 1) found.push(...(await store.findShown(at(2), 2, found.at(-1))));
      expect(keysOf(found)).to.deep.equal([first.keyId, ...same, exact.keyId]);
      expect(await store.findShown(at(2), 2, found.at(-1))).to.deep.equal([]);
      expect(keysOf(await store.findShown(at(3), 10, found.at(-1)))).to.deep.equal([later.keyId]);
      for (const { keyId } of [first, exact, later]) await store.remove(await read(keyId));
    });

    it('leaves out what was hidden', async () => {
      const document = await stored({}, at(0));
      await store.change(document, {}, { hideSecret: true });
      expect(keysOf(await store.findShown(at(0), 100))).not.to.include(document.keyId);
    });
  });

  /** What only somebody who adds or spoils a document in the console can make. */
  if (adapters === 'emulators')
    describe('a document that is not of ours', () => {
      let probe: FirestoreProbe;
      before(() => {
        probe = new FirestoreProbe();
      });
      after(() => probe.close());

      it('is no credential, whatever is written in it', async () => {
        const keyId = generateKeyId('live');
        const { keyId: _, ...fields } = newCredential({ orgId: mine });
        for (const inForce of [undefined, null, 'active', 1]) {
          const given = inForce === undefined ? {} : { inForce };
          await probe.write(`credentials/${keyId}`, { ...fields, ...given });
          expect(await store.find(keyId), String(inForce)).to.equal(null);
          expect(await store.read(keyId), String(inForce)).to.equal(null);
          expect(await store.listOf(mine, 10), String(inForce)).to.deep.equal([]);
        }
      });

      it('is none either once its terms were removed, but can be found to be removed', async () => {
        const { keyId } = await stored();
        await probe.write(`credentials/${keyId}`, { inForce: undefined });
        expect(await store.find(keyId)).to.equal(null);
        expect(await store.keysOf(mine, 10)).to.deep.equal([keyId]);
      });

      it('keeps others from no list', async () => {
        const before = await stored();
        await probe.write(`credentials/${generateKeyId('live')}`, { orgId: mine, secretShownUntil: at(0) });
        expect(keysOf(await store.listOf(mine, 10))).to.deep.equal([before.keyId]);
        const shown = await stored({}, at(0));
        expect(keysOf(await store.findShown(at(0), 10))).to.include(shown.keyId);
      });
    });
});
