import { expect } from 'chai';
import { jsonLogger } from './logger.js';

const ESC = String.fromCharCode(27);

function logged(...entry: Parameters<ReturnType<typeof jsonLogger>['log']>): string {
  const lines: string[] = [];
  jsonLogger((line) => lines.push(line)).log(...entry);
  expect(lines).to.have.length(1);
  return lines[0] ?? '';
}

describe('jsonLogger', () => {
  it('writes one JSON line an entry', () => {
    const line = logged('INFO', 'request', { status: 200, route: '/partner/auth/login' });
    expect(line.endsWith('}\n')).to.equal(true);
    expect(JSON.parse(line)).to.deep.equal({
      severity: 'INFO',
      message: 'request',
      status: 200,
      route: '/partner/auth/login',
    });
  });

  /** What could begin a second line, or colour, move or clear a terminal. L-01, ASVS 16.4.1. */
  const HOSTILE: Readonly<Record<string, string>> = {
    CRLF: '\r\n{"severity":"INFO","message":"forged"}',
    LF: '\nforged',
    CR: '\rforged',
    ANSI: `${ESC}[2J${ESC}[31mforged`,
    'vertical tab and form feed': '\v\f',
    NUL: '\0',
    'quotes and backslashes': '"}\\"\n{"',
    'lone surrogate': '\ud800',
  };
  for (const [name, text] of Object.entries(HOSTILE)) {
    it(`keeps ${name} in a value, a key and the message inside its one line`, () => {
      const line = logged('WARNING', text, { value: text, [text]: 1, nested: { list: [text] } });
      expect([...line.slice(0, -1)].filter((character) => character < ' ')).to.deep.equal([]);
      expect(JSON.parse(line)).to.deep.equal({
        severity: 'WARNING',
        message: text,
        value: text,
        [text]: 1,
        nested: { list: [text] },
      });
    });
  }
});
