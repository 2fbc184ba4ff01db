import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describeDoctor, googleError, json, PROJECT } from './doctor-stub.spec.js';
import { expectedIndexes } from './expected-indexes.js';
import { deployedFields, INDEXES, RULES } from './firestore-fixtures.spec.js';
import type { Json } from './json.js';

const DEPLOY_INDEXES = `npx firebase deploy --only firestore:indexes --project ${PROJECT}`;
type Field = ReturnType<typeof deployedFields>[number];

describeDoctor('indexes', (stub) => {
  const withFields = async (change: (field: Field) => Field | null, name = 'indexes') => {
    stub().on(
      'fields',
      json({
        fields: deployedFields()
          .map(change)
          .filter((field) => field !== null),
      }),
    );
    return stub().check(name);
  };
  const is = (field: Field, name: string) => {
    const [collection = '', path = ''] = name.split('.');
    return field.name.endsWith(`/${collection}/fields/${path}`);
  };
  const replacing = (name: string, indexConfig: Json) =>
    withFields((field) => (is(field, name) ? { ...field, indexConfig } : field));
  const index = (state: string, order = 'ASCENDING', queryScope = 'COLLECTION') => ({
    indexes: [{ queryScope, fields: [{ fieldPath: 'x', order }], state }],
  });

  it('may be listed in any order, and inherited where that makes no difference', async () => {
    const fields = deployedFields().reverse();
    const inheriting = fields.map((field) =>
      is(field, 'challenges.purgeAt') ? { ...field, indexConfig: { usesAncestorConfig: true } } : field,
    );
    stub().on('fields', json({ fields: inheriting }));
    expect((await stub().check('indexes')).status).to.equal('ok');
  });

  const WRONG: readonly (readonly [what: string, name: string, indexConfig: Json])[] = [
    ['an exemption that is none', 'challenges.*', index('READY')],
    ['an exemption that is inherited from nowhere', 'claims.purgeAt', { usesAncestorConfig: true }],
    ['no index', 'users.email', { indexes: [] }],
    ['an index the other way round', 'users.email', index('READY', 'DESCENDING')],
    ['an index of the collection group', 'users.email', index('READY', 'ASCENDING', 'COLLECTION_GROUP')],
    ['an inherited exemption', 'users.email', { usesAncestorConfig: true }],
  ];
  for (const [what, name, config] of WRONG)
    it(`miss ${what}`, async () => {
      const { status, message, remedy } = await replacing(name, config);
      expect(status).to.equal('failed');
      expect(message)
        .to.match(/^Of \d+ index settings, missing or different: /)
        .and.include(name);
      expect(remedy).to.equal(DEPLOY_INDEXES);
    });

  it('of one field may be several, in any order', async () => {
    const both = [
      { arrayConfig: 'CONTAINS', queryScope: 'COLLECTION_GROUP' },
      { order: 'ASCENDING', queryScope: 'COLLECTION' },
    ];
    const override = { collectionGroup: 'users', fieldPath: 'tags', indexes: both };
    const expected = { rules: RULES, indexes: JSON.stringify({ fieldOverrides: [override] }) };
    const indexes = both.map(({ queryScope, ...mode }) => ({ queryScope, fields: [mode], state: 'READY' }));
    for (const order of [indexes, [...indexes].reverse()]) {
      const name = 'projects/p/databases/(default)/collectionGroups/users/fields/tags';
      stub().on('fields', json({ fields: [{ name, indexConfig: { indexes: order } }] }));
      expect((await stub().check('indexes', { expected })).status).to.equal('ok');
    }
  });

  it('are missing altogether', async () => {
    stub().on('fields', json({}));
    const { status, message } = await stub().check('indexes');
    expect(status).to.equal('failed');
    expect(message).to.match(/^Of 9 index settings, missing or different: challenges\.\*, /);
  });

  it('are those of the repository', async () => {
    const file = readFileSync(new URL('../../../../firestore.indexes.json', import.meta.url), 'utf8');
    const { fields } = expectedIndexes(file);
    expect(fields.filter(({ ttl }) => ttl).map(({ name }) => name)).to.include.members([
      'sessions.purgeAt',
      'deliveries.purgeAt',
    ]);
    for (const { name } of fields) expect(name).to.match(/^[a-z]+\.(\*|\w+)$/i);
  });

  it('are being built, or could not be', async () => {
    expect(await replacing('users.email', index('CREATING'))).to.include({
      status: 'warning',
      message: 'Firestore is still working on index settings: users.email.',
    });
    for (const state of ['NEEDS_REPAIR', 'STATE_UNSPECIFIED', ''])
      expect(await replacing('users.email', index(state))).to.include({
        status: 'failed',
        message: 'Firestore could not finish index settings: users.email.',
      });
  });

  it('come on several pages', async () => {
    const [first, ...others] = deployedFields();
    const next = json({ fields: [first], nextPageToken: 'next' });
    stub().on('fields', (url) => (url.searchParams.get('pageToken') === 'next' ? json({ fields: others }) : next));
    expect((await stub().check('indexes')).status).to.equal('ok');
    expect(stub().asked()).to.have.length(2);
  });

  it('have no database', async () => {
    stub().on('fields', googleError(404, 'NOT_FOUND'));
    for (const name of ['indexes', 'TTL policies'])
      expect((await stub().check(name)).message).to.equal('The project has no Firestore database "(default)".');
  });

  describe('over several fields', () => {
    const fields = [
      { fieldPath: 'orgId', order: 'ASCENDING' },
      { fieldPath: 'tags', arrayConfig: 'CONTAINS' },
    ];
    const wanted = { collectionGroup: 'users', queryScope: 'COLLECTION', fields };
    const { fieldOverrides } = JSON.parse(INDEXES) as { fieldOverrides: unknown };
    const expected = { rules: RULES, indexes: JSON.stringify({ indexes: [wanted], fieldOverrides }) };
    const name = `projects/${PROJECT}/databases/(default)/collectionGroups/users/indexes/CICAgJ`;
    const deployed = (changes: object) => ({
      name,
      queryScope: 'COLLECTION',
      fields: [...fields, { fieldPath: '__name__', order: 'ASCENDING' }],
      state: 'READY',
      ...changes,
    });
    const STATES: readonly (readonly [changes: object, status: string])[] = [
      [{}, 'ok'],
      [{ state: 'CREATING' }, 'warning'],
      [{ state: 'NEEDS_REPAIR' }, 'failed'],
      [{ fields: [...fields].reverse() }, 'failed'],
      [{ queryScope: 'COLLECTION_GROUP' }, 'failed'],
      [{ name: name.replace('users', 'sessions') }, 'failed'],
    ];
    for (const [changes, status] of STATES)
      it(`${JSON.stringify(changes)}: ${status}`, async () => {
        stub().on('composites', json({ indexes: [deployed(changes)] }));
        const result = await stub().check('indexes', { expected });
        expect(result.status, result.message).to.equal(status);
        if (status !== 'ok') expect(result.message).to.include('users (orgId ASCENDING, tags CONTAINS) COLLECTION');
      });
  });

  for (const indexes of ['', '{', '[', '{"fieldOverrides":7}'])
    it(`can't be compared with ${JSON.stringify(indexes)}`, async () => {
      const result = await stub().check('indexes', { expected: { rules: RULES, indexes } });
      expect(result.status).to.equal('failed');
    });
});

describeDoctor('TTL policies', (stub) => {
  const withPolicy = async (ttlConfig: Json | null) => {
    const fields = deployedFields().map((field) => {
      const { ttlConfig: _old, ...others } = field;
      if (!field.name.includes('/sessions/fields/purgeAt')) return field;
      return ttlConfig === null ? others : { ...others, ttlConfig };
    });
    stub().on('fields', json({ fields }));
    return stub().check('TTL policies');
  };

  it('are all active', async () => {
    expect(await stub().check('TTL policies')).to.include({
      status: 'ok',
      message: 'All TTL policies (3) are as firestore.indexes.json has them.',
    });
  });

  const STATES: readonly (readonly [ttlConfig: Json | null, status: string, message: string])[] = [
    [{ state: 'CREATING' }, 'warning', 'Firestore is still working on TTL policies: sessions.purgeAt.'],
    [{ state: 'NEEDS_REPAIR' }, 'failed', 'Firestore could not finish TTL policies: sessions.purgeAt.'],
    [{}, 'failed', 'Of 3 TTL policies, missing or different: sessions.purgeAt.'],
    [null, 'failed', 'Of 3 TTL policies, missing or different: sessions.purgeAt.'],
  ];
  for (const [ttlConfig, status, message] of STATES)
    it(`${JSON.stringify(ttlConfig)}: ${status}`, async () => {
      expect(await withPolicy(ttlConfig)).to.include({ status, message });
    });
});
