import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { chooseFreePort } from '../stack/ports.js';
import { describeInChromium } from '../testing/chromium.js';
import { type Outbox, startOutbox } from './outbox-server.js';

const message = (to: string, code: string, text = `Your code is ${code}`) => ({
  to,
  channel: 'email',
  purpose: 'login',
  orgId: null,
  subject: 'Your login code',
  text,
  html: null,
  code,
  link: null,
});

describeInChromium('the outbox page', (browser) => {
  let outbox: Outbox;
  let page: Page;

  before(async () => {
    outbox = await startOutbox(await chooseFreePort());
    const context = await browser().newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    page = await context.newPage();
    await page.goto(outbox.pageUrl);
  });
  after(() => outbox?.stop());

  const post = (body: unknown) =>
    fetch(outbox.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('shows new messages by itself, newest first, the code large', async () => {
    await page.getByText('No messages yet').waitFor();
    await post(message('first@example.com', '111111'));
    await post(message('second@example.com', '022222'));
    await page.getByRole('button', { name: /0 2 2 2 2 2/ }).waitFor();
    expect(await page.locator('ol article h2').allTextContents()).to.deep.equal([
      'second@example.com',
      'first@example.com',
    ]);
    const size = await page.evaluate<number>(
      `parseFloat(getComputedStyle(document.querySelector('.code b')).fontSize)`,
    );
    expect(size).to.be.at.least(28);
  });

  it('copies a code with a click', async () => {
    await page.getByRole('button', { name: /0 2 2 2 2 2/ }).click();
    await page.getByText('copied', { exact: true }).waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).to.equal('022222');
  });

  it('shows markup in a message as text', async () => {
    await post(
      message('<img src=x onerror=alert(1)>@example.com', '333333', '<script>document.title="owned"</script>'),
    );
    await page.getByText('<script>').waitFor();
    expect(await page.locator('ol img, ol script').count()).to.equal(0);
    expect(await page.title()).to.equal('Gatehouse outbox');
  });
});
