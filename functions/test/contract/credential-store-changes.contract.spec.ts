import { expect } from 'chai';
import { generateKeyId, type KeyId } from '../../src/credentials/credential-id.js';
import type { CredentialRecord } from '../../src/credentials/credential-record.js';
import type { CredentialStore } from '../../src/credentials/credential-store.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { newAudit, newCredential } from '../support/records.js';
import { issueOf, readCredential, storedCredential } from '../support/stored-documents.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

describeContract('CredentialStore, changes', (ports) => {
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

  const auditsOf = (id: OrgId) => ports().audit.latest(100, id);
  const keysOf = (found: readonly CredentialRecord[]) => found.map(({ keyId }) => keyId);

  describe('create', () => {
    it('writes its records, and shows the secret where the console is to', async () => {
      const audit = newAudit(mine);
      const issue = issueOf(newCredential({ orgId: mine }), AT);
      await store.create(issue, [audit]);
      expect(await auditsOf(mine)).to.deep.equal([audit]);
      expect(await editor.shownSecret(mine, issue.credential.keyId)).to.equal(issue.shown?.secret);
      expect((await read(issue.credential.keyId)).secretShownUntil).to.deep.equal(AT);
    });

    it('shows no secret otherwise', async () => {
      const { keyId } = await stored();
      expect(await editor.shownSecret(mine, keyId)).to.equal(undefined);
    });
  });

  describe('change', () => {
    it('sets what it is given, and of one credential', async () => {
      const [one, other] = [await stored(), await stored()];
      const rotatedTo = generateKeyId('live');
      const fields = { problems: { name: 'Too long.' }, lastUsedAt: AT, rotatedTo, rotate: false as const };
      const version = await store.change(one, { ...fields, written: { status: 'revoked' } });
      const written = { ...one.written, status: 'revoked' };
      expect(await read(one.keyId)).to.deep.equal({ ...one, ...fields, written, version });
      expect(version).not.to.equal(one.version);
      expect(await read(other.keyId)).to.deep.equal(other);
    });

    it('replaces what is in force as a whole', async () => {
      const before = await stored();
      const inForce = { name: 'B', status: 'active', scopes: [], expiresAt: AT, allowedAddresses: null } as const;
      await store.change(before, { inForce });
      expect((await read(before.keyId)).inForce).to.deep.equal(inForce);
    });

    it('lets one of 20 with the same version through, and what belongs to it', async () => {
      const document = await stored();
      const tries = times(20, (n) => ({
        name: `Name ${n}`,
        audit: newAudit(mine),
        successor: newCredential({ orgId: mine }),
      }));
      const results = await Promise.allSettled(
        tries.map(({ name, audit, successor }) =>
          store.change(document, { written: { name } }, { audit: [audit], issued: issueOf(successor, AT) }),
        ),
      );
      const won = results.map((result) => result.status === 'fulfilled' && result.value !== null);
      expect(won.filter(Boolean)).to.have.length(1);
      const winner = tries[won.indexOf(true)];
      expect((await read(document.keyId)).written.name).to.equal(winner?.name);
      expect(await auditsOf(mine)).to.deep.equal([winner?.audit]);
      const keys = keysOf(await store.listOf(mine, 100));
      expect(keys).to.have.members([document.keyId, winner?.successor.keyId]);
      for (const { successor } of tries) {
        const isShown = (await editor.shownSecret(mine, successor.keyId)) !== undefined;
        expect(isShown).to.equal(successor === winner?.successor);
      }
    });

    it('does nothing with an old version, or to one that is gone', async () => {
      const before = await stored({}, AT);
      const also = () => ({
        audit: [newAudit(mine)],
        issued: issueOf(newCredential({ orgId: mine })),
        hideSecret: true,
      });
      await editor.credential(before.keyId, { name: 'Edited' });
      expect(await store.change(before, { lastUsedAt: AT }, also())).to.equal(null);
      const edited = await read(before.keyId);
      expect([edited.lastUsedAt, edited.written.name]).to.deep.equal([null, 'Edited']);
      expect(await editor.shownSecret(mine, before.keyId)).to.be.a('string');
      await store.remove(before);
      expect(await store.change(edited, { lastUsedAt: AT }, also())).to.equal(null);
      expect(await store.listOf(mine, 100)).to.deep.equal([]);
      expect(await auditsOf(mine)).to.deep.equal([]);
    });

    it('hides the secret', async () => {
      const [hidden, other] = [await stored({}, AT), await stored({}, AT)];
      await store.change(hidden, { lastUsedAt: AT }, { hideSecret: true });
      expect(await editor.shownSecret(mine, hidden.keyId)).to.equal(undefined);
      expect(await read(hidden.keyId))
        .to.include({ secretShownUntil: null })
        .and.deep.include({ lastUsedAt: AT });
      expect(await editor.shownSecret(mine, other.keyId)).to.be.a('string');
      const again = await store.change(await read(hidden.keyId), {}, { hideSecret: true });
      expect(again, 'twice is no error').to.be.a('string');
    });
  });

  describe('remove', () => {
    it('removes the credential and the secret that is shown; twice is no error', async () => {
      const [gone, other] = [await stored({}, AT), await stored({}, AT)];
      for (const _ of times(2, String)) await store.remove(gone);
      expect(await store.find(gone.keyId)).to.equal(null);
      expect(await editor.shownSecret(mine, gone.keyId)).to.equal(undefined);
      expect(await read(other.keyId)).to.deep.equal(other);
      expect(await editor.shownSecret(mine, other.keyId)).to.be.a('string');
    });
  });
});
