import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PortClaims } from './port-claims.js';

describe('port claims', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claims-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('give a port to one stack at a time', () => {
    const [first, second] = [new PortClaims(folder), new PortClaims(folder)];
    expect([first.take(5001), second.take(5001), second.take(5002)]).to.deep.equal([true, false, true]);
    first.release();
    expect(second.take(5001)).to.equal(true);
    second.release();
  });

  it('outlive nobody', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(folder, '5001'), String(pid));
    const claims = new PortClaims(folder);
    expect(claims.take(5001)).to.equal(true);
    claims.release();
  });
});
