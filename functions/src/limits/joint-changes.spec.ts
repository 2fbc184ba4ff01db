import { expect } from 'chai';
import { SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { JointChanges } from './joint-changes.js';
import type { DocumentChange, LimitKey } from './limit-store.js';

const PURGE = new Date('2030-01-01T00:00:00Z');

const of = (name: string): DocumentChange => ({
  key: name as LimitKey,
  changes: [{ field: 'a', add: 1 }],
  purgeAt: PURGE,
});

/** Tells the commits from one another. */
class CommitStore extends SpyLimitStore {
  readonly commits: string[][] = [];

  override changeAll(changed: readonly DocumentChange[]) {
    this.commits.push(changed.map(({ key }) => key));
    return super.changeAll(changed);
  }
}

describe('JointChanges', () => {
  let store: CommitStore;
  let joint: JointChanges;
  beforeEach(() => {
    store = new CommitStore();
    joint = new JointChanges(store);
  });

  it('commits together what is begun together, and answers each its own', async () => {
    await joint.change(of('second'));
    const [first, second] = joint.together(() => [joint.change(of('first')), joint.change(of('second'))]);
    expect([(await first)?.counts, (await second)?.counts]).to.deep.equal([[1], [2]]);
    expect(store.commits).to.deep.equal([['first', 'second']]);
  });

  it('leaves alone what is begun before, after, or once something was waited for', async () => {
    const before = joint.change(of('before'));
    const later = joint.together(async () => {
      await joint.change(of('first'));
      return joint.change(of('later'));
    });
    await Promise.all([before, later, joint.change(of('after'))]);
    expect(store.commits).to.deep.equal([['first']]);
    expect(store.written.map(({ key }) => key)).to.have.members(['before', 'first', 'later', 'after']);
  });

  it('commits nothing where nothing was changed', () => {
    expect(joint.together(() => 'done')).to.equal('done');
    expect(store.commits).to.deep.equal([]);
  });

  it('tells all of them when the commit fails, and joins the next', async () => {
    store.failure = new UnavailableError();
    const failing = joint.together(() => times(3, (index) => joint.change(of(`document ${index}`))));
    for (const one of failing) expect(await rejection(one)).to.equal(store.failure);
    store.failure = undefined;
    expect((await joint.together(() => joint.change(of('next')))).counts).to.deep.equal([1]);
  });

  it('commits what was begun before an error, and goes on unjoined', async () => {
    const begin = () => {
      void joint.change(of('begun'));
      throw new Error('no more');
    };
    expect(() => joint.together(begin)).to.throw('no more');
    await joint.change(of('alone'));
    expect(store.commits).to.deep.equal([['begun']]);
  });
});
