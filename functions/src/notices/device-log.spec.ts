import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { NoticeDesk } from '../../test/support/notice-desk.js';
import { fulfilled } from '../../test/support/spy-limit-store.js';
import { StandingLimits } from '../../test/support/standing-limits.js';
import { INDEX_KEY, ManualClock, newPool } from '../../test/support/unit-fixtures.js';
import { DAY_MS, HOUR_MS } from '../lib/clock.js';
import { userId } from '../users/user-id.js';
import { DeviceLog } from './device-log.js';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const CHROME_UPDATED = CHROME.replace('126.0.0.0', '127.0.6533.72');
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1';
const IPHONE_UPDATED = IPHONE.replace('17_5', '18_0_1');

describe('The log of a user’s devices', () => {
  let limits: StandingLimits;
  let log: DeviceLog;
  const pool = newPool();
  const uid = userId.generate();

  beforeEach(() => {
    limits = new StandingLimits();
    log = new DeviceLog({ clock: new ManualClock(), indexKey: INDEX_KEY });
  });

  /** A login that is committed, and what it came to. */
  async function isNew(agent: string | null, of = uid, at = pool): Promise<boolean> {
    const change = log.login(at, of, agent);
    if (change === null) return log.isNew([]);
    const { counts } = await limits.change(change.key, change.changes);
    return log.isNew(counts);
  }

  it('takes the first login of all for nothing new, and each first one of another client for a new device', async () => {
    expect(await isNew(CHROME)).to.equal(false);
    expect(await isNew(FIREFOX)).to.equal(true);
    expect(await isNew(IPHONE)).to.equal(true);
    for (const known of [CHROME, FIREFOX, IPHONE]) expect(await isNew(known), known).to.equal(false);
  });

  it('knows a client again that was updated', async () => {
    await isNew(FIREFOX);
    for (const [agent, updated] of [
      [CHROME, CHROME_UPDATED],
      [IPHONE, IPHONE_UPDATED],
    ] as const) {
      expect(await isNew(agent)).to.equal(true);
      expect(await isNew(updated)).to.equal(false);
    }
  });

  it('knows nothing of a client without a name', async () => {
    await isNew(CHROME);
    expect(await isNew(null)).to.equal(false);
    expect(limits.writes, 'which costs nothing').to.have.length(1);
  });

  it('is each user’s own', async () => {
    await isNew(CHROME);
    expect(await isNew(FIREFOX, userId.generate())).to.equal(false);
    expect(await isNew(FIREFOX, uid, newPool())).to.equal(false);
    expect(await isNew(FIREFOX)).to.equal(true);
  });

  it('tells of a new device once, of however many logins at once', async () => {
    await isNew(CHROME);
    const answers = await Promise.all(Array.from({ length: 50 }, () => isNew(FIREFOX)));
    expect(answers.filter(Boolean)).to.have.length(1);
  });

  it('keeps hashes: no client’s name, no uid, no field that an agent could name', async () => {
    for (const agent of [CHROME, '`a.b`.logins', '__proto__', '']) await isNew(agent);
    const places = Object.keys(limits.used);
    expect(places.join()).not.to.match(/Chrome|Mozilla|proto|`/);
    expect(places.join()).not.to.include(uid);
    expect(places).to.have.length(4 + 1);
  });

  it('is forgotten 400 days after the last login, all of it at once', () => {
    const [one, other] = [CHROME, FIREFOX].map((agent) => log.login(pool, uid, agent));
    expect(one?.key).to.equal(other?.key);
    expect(one?.purgeAt).to.deep.equal(new Date(new ManualClock().now() + 400 * DAY_MS));
  });
});

describe('A new device', () => {
  let desk: NoticeDesk;

  beforeEach(async () => {
    desk = await NoticeDesk.open();
    await desk.verify('email', 'phone');
    const { sessions } = desk.memory;
    const open = sessions.open.bind(sessions);
    sessions.open = async (...args) => {
      await sleep(Math.random() * 8);
      return open(...args);
    };
  });

  /** One code, brought so often at once; answers how often it opened a session. */
  async function bring(agent: string, count = 20): Promise<number> {
    desk.clock.advance(HOUR_MS);
    await desk.start('email');
    return fulfilled(Array.from({ length: count }, () => desk.finish('email', agent)));
  }

  it('is told once of a code that is brought 20 times at once, of which one opens a session', async () => {
    await desk.logIn(CHROME);
    desk.memory.queue.jobs.length = 0;
    expect(await bring(FIREFOX)).to.equal(1);
    expect(desk.memory.queue.jobs).to.have.length(1);
    await desk.work();
    expect(desk.told('new_device')).to.deep.equal(desk.both);
    await desk.logIn(FIREFOX);
    expect(desk.memory.queue.jobs, 'it is known by now').to.deep.equal([]);
  });

  it('is none that is the first, however often its code is brought', async () => {
    expect(await bring(CHROME)).to.equal(1);
    expect(desk.memory.queue.jobs).to.deep.equal([]);
    await desk.logIn(FIREFOX);
    expect(desk.memory.queue.jobs).to.have.length(1);
  });
});
