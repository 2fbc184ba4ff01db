import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureSecrets, parseDotenv } from './secrets.js';

describe('local secrets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are random, and the same from then on', () => {
    const file = join(folder, '.secret.local');
    const first = ensureSecrets(file);
    expect(first.CODE_PEPPERS).to.match(/^1:[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(first.INDEX_KEY ?? '', 'base64')).to.have.length(32);
    expect(ensureSecrets(file)).to.deep.equal(first);
    expect(ensureSecrets(join(folder, 'other'))).not.to.deep.equal(first);
  });

  it('keep what the developer wrote and add only what is missing', () => {
    const file = join(folder, '.secret.local');
    writeFileSync(file, 'TWILIO_AUTH_TOKEN="abc"\nINDEX_KEY=mine');
    const secrets = ensureSecrets(file);
    expect(secrets).to.include({ TWILIO_AUTH_TOKEN: 'abc', INDEX_KEY: 'mine' });
    expect(readFileSync(file, 'utf8')).to.match(/^TWILIO_AUTH_TOKEN="abc"\nINDEX_KEY=mine\nCODE_PEPPERS=/);
  });

  it('are read from dotenv lines', () => {
    expect(parseDotenv('# no\nA=1\n export B = "two words" \nC=\n')).to.deep.equal({ A: '1', B: 'two words', C: '' });
  });
});
