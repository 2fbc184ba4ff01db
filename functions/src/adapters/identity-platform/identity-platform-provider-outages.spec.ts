import { OUTAGE_REASONS, ToolkitStub, WEAK_PASSWORD_REASONS } from '../../../test/support/toolkit-stub.js';
import { expectCode, newPool } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { userId } from '../../users/user-id.js';
import { IdentityPlatformProvider } from './identity-platform-provider.js';

const POOL = newPool('tenant-a');
const UID = userId.generate();
const EMAIL = 'ada@example.com';
const PHONE = '+12025550143';

/** What is an answer to a method, and no outage. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  create: WEAK_PASSWORD_REASONS,
  setPassword: WEAK_PASSWORD_REASONS,
  delete: ['TENANT_NOT_FOUND'],
};

/** Nothing is known of the user then: "refused" would count against the user, or open what must stay shut. */
describe('IdentityPlatformProvider is unavailable, never "refused" or "taken"', () => {
  let google: ToolkitStub;
  let provider: IdentityPlatformProvider;
  beforeEach(async () => {
    google = new ToolkitStub();
    await google.start();
    provider = new IdentityPlatformProvider(google.client());
  });
  afterEach(() => google.stop());

  const METHODS: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => provider.create(POOL, { uid: UID, email: EMAIL, password: 'a password' }),
    find: () => provider.find(POOL, UID),
    findByContact: () => provider.findByContact(MAIN_POOL, { kind: 'email', value: EMAIL }),
    anyWithContact: () => provider.anyWithContact(POOL, { email: EMAIL, phone: PHONE }),
    checkPassword: () => provider.checkPassword(POOL, EMAIL, 'a password'),
    setPassword: () => provider.setPassword(POOL, UID, 'a password'),
    setDisabled: () => provider.setDisabled(POOL, UID, true),
    markEmailVerified: () => provider.markEmailVerified(MAIN_POOL, UID),
    setPhone: () => provider.setPhone(MAIN_POOL, UID, PHONE),
    endSignIns: () => provider.endSignIns(MAIN_POOL, UID, new Date(0)),
    delete: () => provider.delete(POOL, UID),
  };
  for (const [name, method] of Object.entries(METHODS)) {
    const reasons = OUTAGE_REASONS.filter((reason) => !ANSWERED[name]?.includes(reason));

    it(`${name}: on each of ${reasons.length} reasons that are not the request's`, async () => {
      for (const reason of reasons)
        for (const status of [400, 403, 429, 500, 503]) {
          google.refuses(reason, status);
          await expectCode(method(), 'unavailable');
        }
    });

    it(`${name}: without an answer, or with one that is no JSON`, async () => {
      for (const answer of ['hang', 'drop', { status: 200, text: '<html>' }, { status: 502, text: '' }] as const) {
        google.answer = answer;
        await expectCode(method(), 'unavailable');
      }
    });
  }

  it('checkPassword: on an answer without a uid', async () => {
    for (const answer of [{}, { localId: null }]) {
      google.answers(answer);
      await expectCode(provider.checkPassword(POOL, EMAIL, 'a password'), 'unavailable');
    }
  });
});
