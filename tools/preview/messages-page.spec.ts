import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LOCALES } from '../../functions/src/delivery/locale.js';
import { ROOT_DIR } from '../paths.js';
import { samplesOf } from './samples.js';

describe('docs/messages.md', () => {
  const page = readFileSync(join(ROOT_DIR, 'docs', 'messages.md'), 'utf8');
  const org = { name: 'Acme Payments', domain: 'app.acme.example' };

  it('shows messages as they leave: each in English, a login in each language, one with its line for autofill', async () => {
    const bound = await samplesOf(org);
    expect(page).to.include(`\n${bound[0]?.sms.text}\n`);
    const shown = (await samplesOf({ ...org, domain: null })).filter(
      ({ purpose, locale }) => locale === 'en' || purpose === 'login',
    );
    for (const { purpose, locale, sms } of shown) {
      const row = `| ${locale === 'en' ? `\`${purpose}\`` : `\`${locale}\``} |`;
      const line = page.split('\n').find((one) => one.startsWith(row));
      expect(line, row).to.include(`| \`${sms.text}\` |`);
    }
  });

  it('says right what room there is for a domain', async () => {
    const room = Number(/room for a domain of (\d+) characters/.exec(page)?.[1]);
    const fitting = async (length: number) => {
      const samples = await samplesOf({ name: 'N'.repeat(30), domain: `${'d'.repeat(length - 3)}.de` });
      const codes = samples.filter(({ purpose }) => purpose === 'login' || purpose === 'password_reset');
      return codes.filter(({ locale }) => locale !== 'ja').every(({ sms }) => sms.hasDomain && sms.hasName);
    };
    expect(LOCALES).to.include('ja');
    expect(await fitting(room)).to.equal(true);
    expect(await fitting(room + 1)).to.equal(false);
  });
});
