import { expect } from 'chai';
import { expectThrownCode } from '../../test/support/unit-fixtures.js';
import { checkGraceDays } from '../edits/grace-days.js';
import { checkApp } from './app-rules.js';

const ORIGIN = 'https://app.example.com';

function problemPaths(wanted: { name: string; origins: readonly string[] }): string[] {
  const { details } = expectThrownCode(() => checkApp(wanted), 'invalid_request');
  return (details ?? []).map(({ path }) => path);
}

describe('The rules for apps', () => {
  it('take names of 1 to 100 characters, and cut the spaces around them', () => {
    for (const name of ['A', 'a'.repeat(100), 'Söhne & Co. 🦄'])
      expect(checkApp({ name, origins: [] }).name).to.equal(name);
    expect(checkApp({ name: '  Acme app ', origins: [] }).name).to.equal('Acme app');
    for (const name of ['', '   ', 'a'.repeat(101), 'a\nb', 'a\u202eb', 'a\u0000'])
      expect(problemPaths({ name, origins: [] }), JSON.stringify(name)).to.deep.equal(['name']);
  });

  it('take origins as browsers send them', () => {
    const origins = [
      ORIGIN,
      'https://xn--bcher-kva.example:8443',
      'https://203.0.113.7',
      'https://[2001:db8::1]',
      'http://localhost',
      'http://localhost:3000',
      'http://127.0.0.1:5173',
      'http://[::1]:3000',
    ];
    expect(checkApp({ name: 'App', origins }).origins).to.deep.equal(origins);
  });

  for (const origin of [
    '',
    '*',
    'null',
    'app.example.com',
    'http://app.example.com',
    'http://localhost.example.com',
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://app.example.com:443',
    'https://user@app.example.com',
    'https://App.example.com',
    'https://*.example.com',
    'https://bücher.example',
    ' https://app.example.com',
    'ftp://app.example.com',
    'javascript:alert(1)',
    'capacitor://localhost',
  ])
    it(`refuse ${JSON.stringify(origin)} as an origin, and say which`, () => {
      expect(problemPaths({ name: 'App', origins: [ORIGIN, origin] })).to.deep.equal(['origins.1']);
    });

  it('take 50 origins and no more', () => {
    const origins = Array.from({ length: 51 }, (_, n) => `https://app${n}.example.com`);
    expect(checkApp({ name: 'App', origins: origins.slice(1) }).origins).to.have.length(50);
    expect(problemPaths({ name: 'App', origins })).to.deep.equal(['origins']);
  });

  it('take days of grace from 0 to 30', () => {
    for (const days of [0, 7, 30]) checkGraceDays(days);
    for (const days of [-1, 31, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expectThrownCode(() => checkGraceDays(days), 'invalid_request');
  });
});
