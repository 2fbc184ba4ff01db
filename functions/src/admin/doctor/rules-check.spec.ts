import { expect } from 'chai';
import { describeDoctor, googleError, json, PROJECT, ROUTES } from './doctor-stub.spec.js';
import { RULES } from './firestore-fixtures.spec.js';

describeDoctor('security rules', (stub) => {
  const DEPLOY = `npx firebase deploy --only firestore:rules --project ${PROJECT}`;
  const withFiles = async (...contents: readonly string[]) => {
    stub().on(
      'ruleset',
      json({ source: { files: contents.map((content) => ({ name: 'firestore.rules', content })) } }),
    );
    return stub().check('security rules');
  };

  it('may differ in white space', async () => {
    expect((await withFiles(`\n${RULES.replaceAll('\n', '\r\n\t')}  `)).status).to.equal('ok');
  });

  const OTHERS: Readonly<Record<string, readonly string[]>> = {
    'open to all': [RULES.replace('if false', 'if true')],
    'ours and more': [RULES, 'allow read;'],
    'our rules twice': [RULES, RULES],
    empty: [''],
    'no file': [],
  };
  for (const [what, contents] of Object.entries(OTHERS))
    it(`are not ours: ${what}`, async () => {
      const { status, message, remedy } = await withFiles(...contents);
      expect({ status, message, remedy }).to.deep.equal({
        status: 'failed',
        message: 'The deployed rules are not those of firestore.rules.',
        remedy: DEPLOY,
      });
    });

  it('are not deployed, or gone', async () => {
    stub().on('ruleset', googleError(404, 'NOT_FOUND'));
    expect(await stub().check('security rules')).to.include({
      message: 'The deployed rules are gone.',
      remedy: DEPLOY,
    });
    stub().on('release', googleError(404, 'NOT_FOUND'));
    expect(await stub().check('security rules')).to.include({ message: 'No rules are deployed.', remedy: DEPLOY });
  });

  for (const rulesetName of [undefined, 7, '', 'projects/p/rulesets/../../v1beta', 'https://evil.example'])
    it(`are not asked for at ${JSON.stringify(rulesetName)}`, async () => {
      stub().on('release', json({ rulesetName }));
      expect((await stub().check('security rules')).status).to.equal('failed');
      expect(stub().asked()).to.deep.equal([ROUTES.release]);
    });
});
