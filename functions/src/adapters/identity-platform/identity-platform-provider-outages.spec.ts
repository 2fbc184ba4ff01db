import { EMAIL, NEW, PASSWORD, PHONE, POOL, UID } from '../../../test/support/identity-samples.js';
import { BRIEF, OUTAGE_REASONS, stubbedToolkit, WEAK_PASSWORD_REASONS } from '../../../test/support/toolkit-stub.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../../identity/pool.js';
import { IdentityPlatformProvider } from './identity-platform-provider.js';

/** What is an answer to a method, and no outage. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  create: WEAK_PASSWORD_REASONS,
  setPassword: WEAK_PASSWORD_REASONS,
  delete: ['TENANT_NOT_FOUND'],
};

/** Nothing is known of the user then: "refused" would count against the user, or open what must stay shut. */
describe('IdentityPlatformProvider is unavailable, never "refused" or "taken"', () => {
  const google = stubbedToolkit();
  let provider: IdentityPlatformProvider;
  beforeEach(() => {
    provider = new IdentityPlatformProvider(google.client());
  });

  const METHODS: Readonly<Record<string, (by: IdentityPlatformProvider) => Promise<unknown>>> = {
    create: (by) => by.create(POOL, NEW),
    find: (by) => by.find(POOL, UID),
    findByContact: (by) => by.findByContact(MAIN_POOL, { kind: 'email', value: EMAIL }),
    anyWithContact: (by) => by.anyWithContact(POOL, { email: EMAIL, phone: PHONE }),
    checkPassword: (by) => by.checkPassword(POOL, EMAIL, PASSWORD),
    setPassword: (by) => by.setPassword(POOL, UID, PASSWORD),
    setDisabled: (by) => by.setDisabled(POOL, UID, true),
    markEmailVerified: (by) => by.markEmailVerified(MAIN_POOL, UID),
    setPhone: (by) => by.setPhone(MAIN_POOL, UID, PHONE),
    endSignIns: (by) => by.endSignIns(MAIN_POOL, UID, new Date(0)),
    delete: (by) => by.delete(POOL, UID),
  };
  for (const [name, method] of Object.entries(METHODS)) {
    const reasons = OUTAGE_REASONS.filter((reason) => !ANSWERED[name]?.includes(reason));

    it(`${name}: on each of ${reasons.length} reasons that are not the request's`, async () => {
      for (const reason of reasons)
        for (const status of [400, 403, 429, 500, 503]) {
          google.refuses(reason, status);
          await expectCode(method(provider), 'unavailable');
        }
    });

    it(`${name}: without an answer, or with one that is no JSON`, async () => {
      for (const answer of ['drop', { status: 200, text: '<html>' }, { status: 502, text: '' }] as const) {
        google.answer = answer;
        await expectCode(method(provider), 'unavailable');
      }
      google.answer = 'hang';
      await expectCode(method(new IdentityPlatformProvider(google.client(BRIEF))), 'unavailable');
    });
  }

  it('checkPassword: on an answer without a uid', async () => {
    for (const answer of [{}, { localId: null }]) {
      google.answers(answer);
      await expectCode(provider.checkPassword(POOL, EMAIL, PASSWORD), 'unavailable');
    }
  });
});
