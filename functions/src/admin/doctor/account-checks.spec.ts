import { expect } from 'chai';
import { ACCOUNT, describeDoctor, googleError, json, PROJECT, ROUTES } from './doctor-stub.spec.js';

const ITSELF = `serviceAccount:${ACCOUNT}`;
const TOKEN_CREATOR = 'roles/iam.serviceAccountTokenCreator';
const COMMAND = `gcloud iam service-accounts add-iam-policy-binding ${ACCOUNT} --member=${ITSELF} --role=${TOKEN_CREATOR} --project=${PROJECT}`;
const policy = (role: string, member = ITSELF, condition?: object) =>
  json({ bindings: [{ role, members: ['user:ada@example.com', member], condition }] });
const NOTHING = json({ etag: 'ACAB' });

describeDoctor('function', (stub) => {
  const STATES: readonly (readonly [state: unknown, status: string])[] = [
    ['ACTIVE', 'ok'],
    ['DEPLOYING', 'warning'],
    ['FAILED', 'failed'],
    ['UNKNOWN', 'failed'],
    [undefined, 'failed'],
  ];
  for (const [state, status] of STATES)
    it(`${String(state)}: ${status}`, async () => {
      stub().on('function', json({ state }));
      expect((await stub().check('function')).status).to.equal(status);
    });

  it('is not deployed', async () => {
    stub().on('function', googleError(404, 'NOT_FOUND'));
    expect(await stub().check('function')).to.include({
      status: 'failed',
      message: 'The function api is not deployed in europe-west1.',
      remedy: `npx firebase deploy --only functions --project ${PROJECT}`,
    });
    expect((await stub().check('signing of tokens')).status).to.equal('skipped');
  });
});

describeDoctor('signing of tokens', (stub) => {
  const check = () => stub().check('signing of tokens');
  const custom = (id: string) =>
    stub().routes.set(`GET /iam/v1/projects/${PROJECT}/roles/${id}`, CUSTOM[id] ?? NOTHING);
  const CUSTOM: Readonly<Record<string, ReturnType<typeof json>>> = {
    signer: json({ includedPermissions: ['iam.serviceAccounts.get', 'iam.serviceAccounts.signBlob'] }),
    other: json({ includedPermissions: ['iam.serviceAccounts.signJwt'] }),
    hidden: googleError(403, 'PERMISSION_DENIED'),
  };

  it('is granted on the account, or on the project', async () => {
    stub().on('accountPolicy', NOTHING);
    stub().on('projectPolicy', policy(TOKEN_CREATOR));
    expect(await check()).to.include({ status: 'ok', message: `${ACCOUNT} may sign as itself.` });
  });

  it('is asked of both policies, with their conditions', async () => {
    await check();
    const bodies = stub()
      .requests.filter(({ method }) => method === 'POST')
      .map(({ url, body }) => [url.pathname.split('/')[1], body]);
    expect(Object.fromEntries(bodies)).to.deep.equal({
      iam: '',
      cloudresourcemanager: { options: { requestedPolicyVersion: 3 } },
    });
  });

  for (const [what, answer] of [
    ['nobody', NOTHING],
    ['somebody else', policy(TOKEN_CREATOR, 'serviceAccount:other@developer.gserviceaccount.com')],
    ['a user of the same name', policy(TOKEN_CREATOR, `user:${ACCOUNT}`)],
  ] as const)
    it(`is granted to ${what}`, async () => {
      stub().on('accountPolicy', answer);
      expect(await check()).to.include({
        status: 'failed',
        message: `${ACCOUNT} may not sign as itself: no login can be finished.`,
        remedy: COMMAND,
      });
    });

  it('is granted by any role that has the permission, and by no other', async () => {
    for (const [id, status] of [
      ['signer', 'ok'],
      ['other', 'failed'],
      ['gone', 'failed'],
    ] as const) {
      custom(id);
      stub().on('accountPolicy', policy(`projects/${PROJECT}/roles/${id}`));
      expect((await check()).status, id).to.equal(status);
    }
    stub().on('accountPolicy', policy('roles/editor'));
    expect((await check()).status).to.equal('failed');
    expect(stub().asked()).to.include('GET /iam/v1/roles/editor');
  });

  it('may be granted under a condition', async () => {
    stub().on('accountPolicy', policy(TOKEN_CREATOR, ITSELF, { expression: 'request.time < timestamp("2026-01-01")' }));
    const { status, remedy } = await check();
    expect(status).to.equal('warning');
    expect(remedy).to.include(COMMAND);
  });

  it('can be seen in part only', async () => {
    custom('hidden');
    const partly = async () => {
      const { status, message, remedy } = await check();
      expect(status, message).to.equal('warning');
      expect(message).to.include("can't be seen in full");
      expect(remedy).to.include(COMMAND);
    };
    stub().on('accountPolicy', policy(`projects/${PROJECT}/roles/hidden`));
    await partly();
    stub().on('accountPolicy', NOTHING);
    stub().on('projectPolicy', googleError(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'));
    await partly();
    stub().on('projectPolicy', NOTHING);
    stub().on('accountPolicy', googleError(403, 'PERMISSION_DENIED'));
    await partly();
  });

  it('is seen well enough where it is granted', async () => {
    stub().on('projectPolicy', googleError(403, 'PERMISSION_DENIED'));
    expect((await check()).status).to.equal('ok');
  });

  it('is that of an account which does not exist', async () => {
    stub().on('accountPolicy', googleError(404, 'NOT_FOUND'));
    expect((await check()).message).to.equal('The service account of the function does not exist.');
  });

  it('is looked up where the account lives', async () => {
    const account = 'signer@shared-accounts.iam.gserviceaccount.com';
    await stub().check('signing of tokens', { functionServiceAccount: account });
    expect(
      stub()
        .asked()
        .find((asked) => asked.startsWith('POST /iam/')),
    ).to.include(`/v1/projects/shared-accounts/serviceAccounts/${encodeURIComponent(account)}:getIamPolicy`);
  });

  for (const route of ['accountPolicy', 'projectPolicy'] as const)
    for (const answer of [googleError(500, 'INTERNAL'), googleError(401, 'UNAUTHENTICATED'), 'drop', 'hang'] as const)
      it(`fails when ${ROUTES[route].split('/')[1]} answers ${JSON.stringify(answer).slice(0, 20)}`, async () => {
        stub().on(route, answer);
        expect((await check()).status).to.equal('failed');
      });

  for (const bindings of ['x', [7], {}])
    it(`fails with bindings ${JSON.stringify(bindings)}`, async () => {
      stub().on('accountPolicy', json({ bindings }));
      expect((await check()).status).to.equal('failed');
    });
});

describeDoctor('queueing of messages', (stub) => {
  const USER = 'roles/iam.serviceAccountUser';
  const check = () => stub().check('queueing of messages');

  it('is granted on the account, or on the project', async () => {
    expect(await check()).to.include({ status: 'ok', message: `${ACCOUNT} may queue tasks as itself.` });
    stub().on('accountPolicy', NOTHING);
    stub().on('projectPolicy', policy(USER));
    expect((await check()).status).to.equal('ok');
  });

  it('is another right than to sign, which does not stand for it', async () => {
    stub().on('accountPolicy', policy(TOKEN_CREATOR));
    expect(await check()).to.include({
      status: 'failed',
      message: `${ACCOUNT} may not queue tasks as itself: no forgotten password can be reset.`,
      remedy: COMMAND.replace(TOKEN_CREATOR, USER),
    });
    stub().on('accountPolicy', policy(USER));
    expect((await stub().check('signing of tokens')).status).to.equal('failed');
  });

  it('is granted by any role that has the permission', async () => {
    const permissions = json({ includedPermissions: ['iam.serviceAccounts.actAs'] });
    stub().routes.set(`GET /iam/v1/projects/${PROJECT}/roles/actor`, permissions);
    stub().on('accountPolicy', policy(`projects/${PROJECT}/roles/actor`));
    expect((await check()).status).to.equal('ok');
  });
});
