import { expect } from 'chai';
import { CONFIG, describeDoctor, googleError, json, NUMBER, PROJECT, ROUTES } from './doctor-stub.spec.js';

describeDoctor('web API key', (stub) => {
  const check = () => stub().check('web API key');

  it('is not set', async () => {
    stub().settings.WEB_API_KEY = '';
    const { status, message, remedy } = await check();
    expect({ status, message }).to.deep.equal({ status: 'failed', message: 'The parameter WEB_API_KEY is not set.' });
    expect(remedy).to.include(`functions/.env.${PROJECT}`).and.include(`project/${PROJECT}/settings/general`);
    expect(stub().asked()).to.deep.equal([]);
    const emulators = { auth: '127.0.0.1:1', firestore: '127.0.0.1:1' };
    const local = await stub().check('web API key', { emulators });
    expect(local.status).to.equal('failed');
    expect(local.remedy).to.include('functions/.env.local');
  });

  it('is asked about without a token, and without changing anything', async () => {
    await check();
    const [request] = stub().requests;
    expect(request?.headers.authorization).to.equal(undefined);
    expect(request?.body).to.equal('');
    expect(stub().asked()).to.include(`${ROUTES.publicConfig}?key=AIza-web%2Bkey`);
  });

  const REASONS: readonly (readonly [reason: string, status: string, message: RegExp, remedy: RegExp])[] = [
    ['API_KEY_INVALID', 'failed', /wrong, deleted or expired/, /apis\/credentials\?project=acme-live/],
    ['API_KEY_SERVICE_BLOCKED', 'failed', /not for Identity Platform/, /Identity Toolkit API/],
    ['API_KEY_HTTP_REFERRER_BLOCKED', 'failed', /web sites only/, /Application restrictions, None/],
    ['API_KEY_ANDROID_APP_BLOCKED', 'failed', /Android apps only/, /Application restrictions, None/],
    ['API_KEY_IOS_APP_BLOCKED', 'failed', /iOS apps only/, /Application restrictions, None/],
    ['API_KEY_IP_ADDRESS_BLOCKED', 'warning', /some addresses only/, /Unless all calls of the functions leave/],
    ['SERVICE_DISABLED', 'failed', /not enabled/, /gcloud services enable identitytoolkit/],
    ['CONSUMER_SUSPENDED', 'failed', /refused the request \(status 403, CONSUMER_SUSPENDED\)/, /./],
  ];
  for (const [reason, status, message, remedy] of REASONS)
    it(`is ${reason}`, async () => {
      const code = reason === 'API_KEY_INVALID' ? 400 : 403;
      stub().on('publicConfig', googleError(code, code === 400 ? 'INVALID_ARGUMENT' : 'PERMISSION_DENIED', reason));
      const result = await check();
      expect(result.status).to.equal(status);
      expect(result.message).to.match(message);
      expect(result.remedy).to.match(remedy);
    });

  const OUTAGES = [
    googleError(503, 'UNAVAILABLE'),
    { status: 200, text: '<html>' },
    { status: 403, text: 'AIza-web+key is bad' },
    json({ error: { details: 'x', message: { a: 1 } } }, 400),
    json([]),
    'drop',
    'hang',
    'half',
  ] as const;
  for (const answer of OUTAGES)
    it(`can't be told of with ${JSON.stringify(answer)}`, async () => {
      stub().on('publicConfig', answer);
      expect((await check()).status).to.equal('failed');
    });

  describe('is that of another project', () => {
    const CASES: readonly (readonly [named: unknown, isOurs: boolean])[] = [
      [NUMBER, true],
      [PROJECT, true],
      [undefined, true],
      ['999999999999', false],
      ['globex-live', false],
    ];
    for (const [named, isOurs] of CASES)
      it(`${String(named)}: ${!isOurs}`, async () => {
        stub().on('publicConfig', json({ projectId: named }));
        const { status, message } = await check();
        expect(status).to.equal(isOurs ? 'ok' : 'failed');
        if (!isOurs) expect(message).to.equal('The key is that of another project.');
      });

    it('is not claimed without knowing the number of ours', async () => {
      stub().on('publicConfig', json({ projectId: '999999999999' }));
      for (const config of [
        googleError(403, 'PERMISSION_DENIED'),
        json({ ...CONFIG, name: 'projects/acme-live/config' }),
      ]) {
        stub().on('config', config);
        expect((await check()).status).to.equal('ok');
      }
    });
  });
});
