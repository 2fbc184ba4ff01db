import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { deliveryId } from '../../functions/src/delivery/delivery-id.js';
import { LOCALES } from '../../functions/src/delivery/locale.js';
import { render } from '../../functions/src/delivery/templates.js';
import { EMAIL, orgWith } from '../../functions/test/support/delivery-desk.js';
import { HOSTILE_NAMES, messageOf, PURPOSES } from '../../functions/test/support/message-samples.js';
import { describeInChromium } from '../testing/chromium.js';

const LONGEST_CODE = '0123456789';
/** Of text on its background, at least: WCAG 2.2, 1.4.3. */
const MIN_CONTRAST = 4.5;

async function mailFor(name: string, purpose: (typeof PURPOSES)[number], locale: (typeof LOCALES)[number]) {
  const message = messageOf(purpose, locale, EMAIL, LONGEST_CODE);
  return render(deliveryId.generate(), orgWith({}, { name }), message);
}

/** In the page: the least contrast of any text with what is behind it. */
const LEAST_CONTRAST = `(() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    const color = rgb(getComputedStyle(node).backgroundColor);
    return color.length === 4 && color[3] === 0 ? behind(node.parentElement) : color;
  };
  const contrasts = [...document.querySelectorAll('h1, p, .code')].map((node) => {
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
  return Math.min(...contrasts);
})()`;

describeInChromium('a mail', (browser) => {
  let page: Page;
  const requests: string[] = [];

  before(async () => {
    page = await browser().newPage();
    page.on('request', (request) => requests.push(request.url()));
  });
  afterEach(() => expect(requests, 'requests that left').to.deep.equal([]));

  const open = async (mail: { readonly html: string | null }, width = 375, colorScheme: 'light' | 'dark' = 'light') => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await page.setContent(mail.html ?? '');
  };

  const styleOf = (selector: string, property: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);

  it('fits screens of every width in every language, whatever an org is called', async () => {
    for (const name of ['Acme Payments', 'N'.repeat(100), '東'.repeat(100)])
      for (const [locale, width] of LOCALES.flatMap((one) => [320, 375, 600, 1_280].map((w) => [one, w] as const))) {
        await open(await mailFor(name, 'password_reset', locale), width);
        const seen = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect(seen, `${locale} at ${width}`).to.be.at.most(width);
        const code = await page.locator('.code').boundingBox();
        expect((code?.x ?? 0) + (code?.width ?? width), `${locale} at ${width}`).to.be.at.most(width);
      }
  });

  it('is no wider than 600 pixels on a wide screen', async () => {
    await open(await mailFor('Acme', 'login', 'en'), 1_280);
    expect((await page.locator('.card').boundingBox())?.width).to.equal(600);
  });

  it('shows the code large; selected and copied, it is the digits alone', async () => {
    for (const locale of LOCALES) {
      await open(await mailFor('Acme', 'login', locale), 320);
      const code = page.locator('.code');
      expect(await code.isVisible()).to.equal(true);
      expect(Number.parseFloat(await styleOf('.code', 'fontSize'))).to.be.at.least(28);
      await code.click();
      expect(await page.evaluate<string>('getSelection().toString()')).to.equal(LONGEST_CODE);
    }
  });

  it('can be read on a light screen and on a dark one', async () => {
    for (const scheme of ['light', 'dark'] as const)
      for (const purpose of PURPOSES) {
        await open(await mailFor('Acme', purpose, 'en'), 375, scheme);
        expect(await page.evaluate<number>(LEAST_CONTRAST), `${purpose}, ${scheme}`).to.be.at.least(MIN_CONTRAST);
      }
    expect(await styleOf('.card', 'backgroundColor')).to.equal('rgb(27, 32, 40)');
  });

  it('says its language and its subject', async () => {
    for (const locale of LOCALES) {
      const mail = await mailFor('Acme', 'new_device', locale);
      await open(mail);
      expect(await page.locator('html').getAttribute('lang')).to.equal(locale);
      expect(await page.title()).to.equal(mail.subject);
      expect(await page.locator('h1').innerText()).to.equal(mail.subject);
    }
  });

  it('says what its text part says, and hides what is for the preview line', async () => {
    for (const [locale, purpose] of LOCALES.flatMap((one) => PURPOSES.map((kind) => [one, kind] as const))) {
      const { html, subject, text } = await mailFor('Acme', purpose, locale);
      await open({ html });
      const seen = (await page.locator('body').innerText()).split(/\s*\n\s*/).filter((line) => line !== '');
      expect(seen).to.deep.equal([subject, ...text.split('\n\n')]);
    }
  });

  it('shows a hostile name as the text it is', async () => {
    for (const [name, left] of Object.entries(HOSTILE_NAMES)) {
      await open(await mailFor(name, 'login', 'en'));
      expect(await page.locator('h1').innerText(), name).to.equal(`Your ${left} login code`);
      expect(await page.locator('script, img, a, b').count(), name).to.equal(0);
    }
  });
});
