import { request } from 'node:http';
import { expect } from 'chai';
import type { OutboxMessage } from './outbox-message.js';
import { type Outbox, startOutbox } from './outbox-server.js';
import { MAX_MESSAGES } from './outbox-store.js';

const MESSAGE = {
  to: '+12025550143',
  channel: 'sms',
  purpose: 'login',
  orgId: 'org_1',
  subject: null,
  text: 'Your code is 123456',
  html: null,
  code: '123456',
  link: null,
};

describe('outbox server', () => {
  let outbox: Outbox;
  beforeEach(async () => {
    outbox = await startOutbox(0);
  });
  afterEach(() => outbox.stop());

  const post = (body: object | string): Promise<Response> =>
    fetch(outbox.url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  const list = async (query = ''): Promise<OutboxMessage[]> =>
    (await fetch(outbox.url + query)).json() as Promise<OutboxMessage[]>;

  it('gives messages back whole, newest first, by contact', async () => {
    await post(MESSAGE);
    await post({ ...MESSAGE, to: 'ada@example.com', channel: 'email', code: '222222' });
    await post({ ...MESSAGE, code: '333333' });
    expect((await list()).map(({ code }) => code)).to.deep.equal(['333333', '222222', '123456']);
    const [newest, oldest] = await list(`?to=${encodeURIComponent(MESSAGE.to)}`);
    expect(newest?.code).to.equal('333333');
    const { id, createdAt, ...rest } = oldest as OutboxMessage;
    expect(rest).to.deep.equal(MESSAGE);
    expect(id).to.be.a('string').and.not.equal(newest?.id);
    expect(new Date(createdAt).toISOString()).to.equal(createdAt);
    expect(await list('?to=+12025550143'), 'a plus that was not encoded').to.have.length(2);
    expect(await list('?to=nobody')).to.deep.equal([]);
  });

  it('is emptied by DELETE', async () => {
    await post(MESSAGE);
    expect((await fetch(outbox.url, { method: 'DELETE' })).status).to.equal(204);
    expect(await list()).to.deep.equal([]);
  });

  it('keeps the newest messages only', async () => {
    for (let number = 0; number <= MAX_MESSAGES; number++) {
      outbox.store.add({ ...MESSAGE, channel: 'sms', code: String(number) });
    }
    const messages = await list();
    expect(messages).to.have.length(MAX_MESSAGES);
    expect(messages.at(-1)?.code).to.equal('1');
  });

  it('refuses what is not a message', async () => {
    const bad = ['no json', {}, { ...MESSAGE, to: '' }, { ...MESSAGE, channel: 'fax' }, { ...MESSAGE, code: 123456 }];
    for (const body of bad) expect((await post(body)).status, JSON.stringify(body)).to.equal(400);
    expect(await list()).to.deep.equal([]);
  });

  it('shows browsers a page, everybody else JSON', async () => {
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    for (const url of [outbox.pageUrl, outbox.url]) {
      const page = await fetch(url, { headers: html });
      expect(page.headers.get('content-type')).to.include('text/html');
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(await page.text()).to.include('<title>');
    }
    expect((await fetch(`${outbox.pageUrl}nothing`)).status).to.equal(404);
  });

  it('answers neither foreign host names nor foreign pages', async () => {
    expect(await statusWith(outbox.url, { host: 'evil.example' })).to.equal(403);
    expect(await statusWith(outbox.url, { origin: 'https://evil.example' })).to.equal(403);
    expect(await statusWith(outbox.url, { origin: new URL(outbox.url).origin })).to.equal(200);
  });
});

/** fetch does not let a caller set these headers. */
async function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once('error', reject).end();
  });
}
