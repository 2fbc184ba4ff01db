import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chooseFreePort } from '../stack/ports.js';
import { type Outbox, startOutbox } from './outbox-server.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
// Nothing of the browser's own may reach for the network.
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

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

// The test command needs Node and a JDK alone; where there is no browser, the page goes untested.
if (CHROMIUM === undefined) console.log('  • No Chromium here: the outbox page is not tested.');
else
  describe('the outbox page in Chromium', function () {
    this.timeout(60_000);
    let browser: Browser;
    let outbox: Outbox;
    let page: Page;

    before(async () => {
      outbox = await startOutbox(await chooseFreePort());
      browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: QUIET });
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
      page = await context.newPage();
      await page.goto(outbox.pageUrl);
    });
    after(async () => {
      await browser?.close();
      await outbox?.stop();
    });

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
