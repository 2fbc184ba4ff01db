import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { Registry, STEPS } from '../../test/support/registry.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Registration } from './registration-service.js';
import { userId } from './user-id.js';

const CREATE = STEPS.indexOf('identities.create');
const [FIRST, LOOKED, MADE] = [STEPS.slice(0, CREATE + 1), 'identities.find', STEPS.slice(CREATE + 1)];

/** Rows 15 and 16 of the fault matrix: an identity of which nobody knows whether it was made. */
describe('RegistrationService, without an answer to the creation of an identity', () => {
  let registry: Registry;
  let ada: Registration;
  beforeEach(() => {
    registry = new Registry();
    ada = checkedRegistration();
  });

  it('goes on when it finds its own uid', async () => {
    registry.faults.failCalls({ [CREATE]: 'after' });
    await registry.register(ada);
    expect(registry.faults.calls).to.deep.equal([...FIRST, LOOKED, ...MADE]);
    await registry.expectWhole(ada);
  });

  it('makes it, under the same uid, when it was not', async () => {
    registry.faults.failCalls({ [CREATE]: 'before' });
    await registry.register(ada);
    expect(registry.faults.calls).to.deep.equal([...FIRST, LOOKED, 'identities.create', ...MADE]);
    expect(new Set(registry.uids).size).to.equal(1);
    await registry.expectWhole(ada);
  });

  it('knows its own when the first creation took effect after it had looked', async () => {
    registry.faults.failCalls({ [CREATE]: 'after' });
    const { identities } = registry.ports;
    const find = identities.find.bind(identities);
    let looked = 0;
    identities.find = async (pool, uid) => (looked++ === 0 ? null : find(pool, uid));
    await registry.register(ada);
    expect(looked).to.equal(2);
    identities.find = find;
    await registry.expectWhole(ada);
  });

  it('is unavailable when it can not look, and makes none blindly', async () => {
    registry.faults.failCalls({ [CREATE]: 'before', [CREATE + 1]: 'before' });
    await expectCode(registry.register(ada), 'unavailable');
    expect(registry.faults.calls).to.deep.equal([...FIRST, LOOKED]);
    expect(registry.uids).to.deep.equal([]);
  });

  it('is unavailable when the second creation has no answer either, and the same request resumes it', async () => {
    for (const second of ['before', 'after'] as const) {
      const [fresh, request] = [new Registry(), checkedRegistration()];
      fresh.faults.failCalls({ [CREATE]: 'before', [CREATE + 2]: second });
      await expectCode(fresh.register(request), 'unavailable');
      expect(fresh.faults.calls).to.deep.equal([...FIRST, LOOKED, 'identities.create']);
      const { states } = await fresh.traces(request);
      expect(states.map((state) => state.split(' ')[0])).to.deep.equal(['reserved', 'reserved']);
      fresh.faults.clear();
      await fresh.register(request);
      expect(new Set(fresh.uids).size).to.equal(1);
      await fresh.expectWhole(request);
    }
  });

  it('refuses the email of somebody else, and lets go of the contacts', async () => {
    const other = { uid: userId.generate(), email: ada.email.value, password: 'x' };
    await registry.ports.identities.create(registry.pool, other);
    registry.faults.failCalls({ [CREATE]: 'before' });
    await expectCode(registry.register(ada), 'already_exists');
    expect((await registry.traces(ada)).states).to.deep.equal([]);
  });
});
