import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { LOCALES } from '../../functions/src/delivery/locale.js';
import { MESSAGE_PURPOSES } from '../../functions/src/delivery/message.js';
import { describeInChromium } from '../testing/chromium.js';
import { MAIL_WIDTHS, previewPage } from './preview-page.js';
import { type Preview, startPreview } from './preview-server.js';
import { overlong, previewTable } from './preview-table.js';
import { type Sample, samplesOf } from './samples.js';

const ORG = { name: 'Acme Payments', domain: 'app.acme.example' };
const HOSTILE = { ...ORG, name: '<b>Acme</b> Payments' };
const KINDS = LOCALES.length * MESSAGE_PURPOSES.length;

describe('the preview', () => {
  let samples: readonly Sample[];
  before(async () => {
    samples = await samplesOf(ORG);
  });

  it('has every message in every language, none of them over one segment', () => {
    expect(new Set(samples.map(({ purpose, locale }) => `${purpose} ${locale}`)).size).to.equal(KINDS);
    expect(overlong(samples)).to.deep.equal([]);
    const printed = previewTable(samples);
    console.log(printed.replace(/^/gm, '      '));
    expect(printed.split('\n')).to.have.length(1 + KINDS + 2);
    expect(printed).to.match(/none takes more than one segment\.$/);
  });

  it('takes the name and the domain that it is given, and one language alone', async () => {
    const [sample, ...others] = await samplesOf({ name: 'Initech', domain: null }, ['de']);
    expect(others).to.have.length(KINDS / LOCALES.length - 1);
    expect(sample?.sms).to.include({ hasName: true, hasDomain: false, segments: 1, encoding: 'GSM-7' });
    expect(sample?.sms.text).to.include('für Initech.');
  });

  it('says what a domain must be', async () => {
    const refused = await samplesOf({ name: 'Acme', domain: 'https://acme.example' }).catch(String);
    expect(refused).to.include('--domain: Must be a domain such as app.example.com');
  });

  it('tells of a text message that takes more than one segment', () => {
    const long = samples.map((sample, index) =>
      index === 3 ? { ...sample, sms: { ...sample.sms, segments: 2 } } : sample,
    );
    expect(previewTable(long)).to.match(/1 takes more than one segment\.$/);
    expect(previewPage(long, ORG))
      .to.include('<span class="over">2 segments</span>')
      .and.to.include('>1 text message over');
  });
});

describeInChromium('the preview page', (browser) => {
  let preview: Preview;
  let page: Page;
  const requests: string[] = [];

  before(async () => {
    preview = await startPreview(previewPage(await samplesOf(HOSTILE), HOSTILE));
    page = await browser().newPage();
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(preview.url);
  });
  after(() => preview?.stop());

  it('lists every message in every language and flags none', async () => {
    expect(await page.locator('section').count()).to.equal(LOCALES.length);
    expect(await page.locator('article').count()).to.equal(KINDS);
    expect(await page.locator('.sms').count()).to.equal(KINDS);
    expect(await page.locator('.over').count()).to.equal(0);
    expect(await page.locator('#verdict').innerText()).to.equal('no text message over one segment');
  });

  it('shows each mail in frames of both widths, nothing wider or higher than its frame, with its text below', async () => {
    expect(await page.locator('iframe').count()).to.equal(KINDS * MAIL_WIDTHS.length);
    const widths = page.frames().filter((frame) => frame !== page.mainFrame());
    for (const frame of widths) {
      const [content, width] = await frame.evaluate<[number, number]>('[document.body.scrollWidth, innerWidth]');
      expect(content).to.be.at.most(width);
      const [lines, height] = await frame.evaluate<[number, number]>('[document.body.scrollHeight, innerHeight]');
      expect(lines).to.be.at.most(height);
    }
    expect(await page.frameLocator('iframe >> nth=0').locator('.code').innerText()).to.equal('123456');
    expect(await page.locator('pre').first().innerText()).to.include('123456');
  });

  it('shows what an org is called as text, and loads nothing but itself', async () => {
    expect(await page.locator('header').innerText()).to.include('<b>Acme</b> Payments');
    expect(await page.locator('main b').count()).to.equal(0);
    expect(requests.filter((url) => url !== preview.url && !/^(?:data:|about:srcdoc)/.test(url))).to.deep.equal([]);
  });
});
