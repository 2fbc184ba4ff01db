import { expect } from 'chai';
import { expectCode, expectThrownCode } from '../../test/support/unit-fixtures.js';
import { parseEitherContact, parseEmail, parsePhone } from './contact.js';

const LOCAL_64 = 'a'.repeat(64);
/** 254 characters in all, as RFC 5321 allows at most. */
const LONGEST = `${LOCAL_64}@${`${'b'.repeat(60)}.`.repeat(3)}${'c'.repeat(6)}`.slice(0, 250).padEnd(254, 'd');

describe('parseEmail', () => {
  const READ: readonly [input: string, value: string][] = [
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace@Example.COM\t\r\n', 'ada.lovelace@example.com'],
    ['\u00a0\ufeffada@example.com\u2003', 'ada@example.com'],
    ['ada+tag@example.com', 'ada+tag@example.com'],
    ["o'brien@example.ie", "o'brien@example.ie"],
    ['ada_l-1@sub.domain.example.com', 'ada_l-1@sub.domain.example.com'],
    ['1@example.museum', '1@example.museum'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    [LONGEST, LONGEST],
  ];
  for (const [input, value] of READ)
    it(`${JSON.stringify(input).slice(0, 60)} is ${value.slice(0, 40)}`, () => {
      expect(parseEmail(input)).to.deep.equal({ kind: 'email', value });
    });

  const REFUSED: Readonly<Record<string, string>> = {
    empty: '',
    blank: '   ',
    'no at': 'ada.example.com',
    'two ats': 'ada@b@example.com',
    'no local part': '@example.com',
    'no domain': 'ada@',
    'no top-level domain': 'ada@localhost',
    'dot first': '.ada@example.com',
    'dot last': 'ada.@example.com',
    'two dots': 'ada..l@example.com',
    'two dots in the domain': 'ada@example..com',
    'hyphen first in the domain': 'ada@-example.com',
    'space inside': 'ada l@example.com',
    'CRLF inside, to inject a header': 'ada@example.com\r\nBcc: eve@example.com',
    'NUL inside': 'ada\0@example.com',
    'two addresses': 'ada@example.com,eve@example.com',
    'display name': 'Ada <ada@example.com>',
    'quoted local part': '"ada l"@example.com',
    'IP domain': 'ada@[127.0.0.1]',
    'script that looks the same': 'аda@example.com',
    'full-width': 'ａｄａ@example.com',
    'dotted capital I': 'İda@example.com',
    'unicode domain': 'ada@bücher.example',
    'unicode dot': 'ada@example。com',
    emoji: '🦄@example.com',
    'right-to-left override': '\u202emoc.elpmaxe@ada.com',
    'zero-width space': 'ada\u200b@example.com',
    'lone surrogate': 'ada\ud83d@example.com',
    'only a lone surrogate': '\udc00',
    '255 characters': `${LONGEST}d`,
    'very long': `${'a'.repeat(100_000)}@example.com`,
    'path traversal': '../../orgs/x@../y',
    markup: '<b>@example.com',
  };
  for (const [what, input] of Object.entries(REFUSED))
    it(`refuses ${what}, and does not repeat it`, () => {
      const { details } = expectThrownCode(() => parseEmail(input), 'invalid_request');
      expect(details).to.deep.equal([{ path: 'email', message: 'Must be a valid email address.' }]);
    });

  it('makes two spellings that differ in case only one contact', () => {
    // U+212A, the Kelvin sign, is a k in lower case: whoever writes it means, and gets, the address with the k.
    for (const input of ['kim@example.com', 'KIM@EXAMPLE.COM', '\u212aim@example.com'])
      expect(parseEmail(input).value).to.equal('kim@example.com');
  });

  it('is idempotent', () => {
    for (const [input] of READ) expect(parseEmail(parseEmail(input).value)).to.deep.equal(parseEmail(input));
  });
});

describe('parsePhone', () => {
  const READ: readonly [input: string, country: string, value: string][] = [
    ['+12025550143', 'US', '+12025550143'],
    ['2025550143', 'US', '+12025550143'],
    ['12025550143', 'US', '+12025550143'],
    ['(202) 555-0143', 'US', '+12025550143'],
    ['202.555.0143', 'US', '+12025550143'],
    ['+44 20 7946 0018', 'US', '+442079460018'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['011 44 20 7946 0018', 'US', '+442079460018'],
    ['0151 23456789', 'DE', '+4915123456789'],
    ['＋１２０２５５５０１４３', 'US', '+12025550143'],
    ['٢٠٢٥٥٥٠١٤٣', 'US', '+12025550143'],
    ['+39 06 1234567', 'US', '+39061234567'],
  ];
  for (const [input, country, value] of READ)
    it(`${input} in ${country} is ${value}`, async () => {
      expect(await parsePhone(input, country)).to.deep.equal({ kind: 'phone', value });
    });

  const REFUSED: Readonly<Record<string, string>> = {
    empty: '',
    blank: '  ',
    letters: 'call me',
    'too short': '+120255501',
    'too short, national': '5550143',
    'too long': '+120255501431',
    'far too long': `+1${'2'.repeat(300)}`,
    'unknown country code': '+9990255501',
    'plus alone': '+',
    'two pluses': '++12025550143',
    'two numbers': '+12025550143,+12025550144',
    'two numbers with a slash': '+12025550143/+12025550144',
    extension: '+12025550143 ext. 5',
    'extension by x': '2025550143x12',
    'extension in a tel: URI': 'tel:+12025550143;ext=5',
    'text around': 'my number is +12025550143 thanks',
    'CRLF inside': '+1202555\r\n0143@x',
    'NUL inside': '+1202\x00 5550143;',
    'lone surrogate': '+1202555\ud83d0143',
    emoji: '📞',
    'an email': 'ada@example.com',
    scientific: '1.2025550143e10',
    negative: '-12025550143e',
  };
  for (const [what, input] of Object.entries(REFUSED))
    it(`refuses ${what}, and does not repeat it`, async () => {
      const { details } = await expectCode(parsePhone(input, 'US'), 'invalid_request');
      expect(details).to.deep.equal([
        { path: 'phone_number', message: 'Must be a possible phone number, such as +12025550143.' },
      ]);
    });

  it('takes numbers that no plan has, of other countries and of services: a contact is no text message', async () => {
    for (const value of [
      '+19762345678',
      '+12002345678',
      '+448912345678',
      '+19005551234',
      '+18764567890',
      '+881612345678',
    ])
      expect(await parsePhone(value, 'US')).to.deep.equal({ kind: 'phone', value });
    expect(await parsePhone('976 234 5678', 'US')).to.deep.equal({ kind: 'phone', value: '+19762345678' });
  });

  it('answers E.164 or nothing, whatever comes in', async () => {
    for (let seed = 0; seed < 2_000; seed += 1) {
      const input = Array.from(
        { length: seed % 30 },
        (_, at) => ALPHABET[(seed * 31 + at * 17 * seed) % ALPHABET.length],
      );
      const parsed = await parsePhone(input.join(''), 'US').catch(() => null);
      if (parsed !== null) expect(parsed.value, JSON.stringify(input.join(''))).to.match(/^\+[1-9]\d{4,14}$/);
    }
  });
});

const ALPHABET = [...'+0123456789 ()-./;x#,ａ１٣\u200b\ud83d\0'];

describe('parseEitherContact', () => {
  it('takes one of the two', async () => {
    expect(await parseEitherContact({ email: 'Ada@Example.com' }, 'US')).to.deep.equal({
      kind: 'email',
      value: 'ada@example.com',
    });
    expect(await parseEitherContact({ phone_number: '020 7946 0018' }, 'GB')).to.deep.equal({
      kind: 'phone',
      value: '+442079460018',
    });
  });

  it('refuses both and neither', async () => {
    const both = { email: 'ada@example.com', phone_number: '+12025550143' };
    for (const fields of [both, {}, { email: undefined, phone_number: undefined }])
      await expectCode(parseEitherContact(fields, 'US'), 'invalid_request');
    await expectCode(parseEitherContact({ email: '', phone_number: '+12025550143' }, 'US'), 'invalid_request');
  });
});

/** @see CVE-2024-10270. Ratios, not seconds: a slow machine is slow at both sizes. */
describe('contact parsing takes linear time', () => {
  const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
    'dots in a local part': (size) => `${'a.'.repeat(size / 2)}@`,
    'letters without an at': (size) => 'a'.repeat(size),
    'domain labels that never end': (size) => `a@${'a.'.repeat(size / 2)}`,
    'hyphens in a domain': (size) => `a@${'a-'.repeat(size / 2)}`,
    'blanks around': (size) => `${' '.repeat(size / 2)}a${' '.repeat(size / 2)}`,
    digits: (size) => `+${'1'.repeat(size)}`,
    'brackets and digits': (size) => '(1'.repeat(size / 2),
    'extension marks': (size) => `+12025550143${' x'.repeat(size / 2)}1`,
  };
  for (const [what, make] of Object.entries(HOSTILE))
    it(what, async () => {
      const [small, large] = [4_096, 65_536] as const;
      await time(make(small));
      const ratio = (await time(make(large))) / (await time(make(small)));
      // 16 times the input. Quadratic time would be 256 times as long.
      expect(ratio, 'time at 64 kB against 4 kB').to.be.lessThan(100);
    });
});

/**
 * Milliseconds of CPU time, the best of many runs: what the work itself takes, whatever else the machine does. Below a floor
 * that can be told, everything is equal.
 */
async function time(input: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 20; run += 1) {
    const start = process.cpuUsage();
    try {
      parseEmail(input);
    } catch {}
    await parsePhone(input, 'US').catch(() => {});
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  return Math.max(best, 0.05);
}
