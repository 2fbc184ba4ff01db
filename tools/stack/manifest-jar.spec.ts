import { expect } from 'chai';
import { foldManifestLine, manifestJar } from './manifest-jar.js';

const unfold = (text: string): string => text.replaceAll('\r\n ', '');

describe('manifest jar', () => {
  it('leaves a line of 72 bytes alone and folds one of 73', () => {
    expect(foldManifestLine('x'.repeat(72))).to.equal('x'.repeat(72));
    expect(foldManifestLine('x'.repeat(73))).to.equal(`${'x'.repeat(72)}\r\n x`);
  });

  it('counts bytes, not characters, and never splits a character', () => {
    const line = `Class-Path: file:///home/${'é'.repeat(100)}/emulator.jar`;
    const folded = foldManifestLine(line);
    for (const part of folded.split('\r\n')) expect(Buffer.byteLength(part)).to.be.at.most(72);
    expect(unfold(folded)).to.equal(line);
  });

  it('is a zip whose one entry is the manifest', () => {
    const jar = manifestJar('com.example.Main', `file:///${'deep/'.repeat(30)}emulator.jar`);
    expect(jar.readUInt32LE(0)).to.equal(0x04034b50);
    const nameLength = jar.readUInt16LE(26);
    expect(jar.subarray(30, 30 + nameLength).toString()).to.equal('META-INF/MANIFEST.MF');
    const manifest = jar.subarray(30 + nameLength, 30 + nameLength + jar.readUInt32LE(18)).toString();
    expect(unfold(manifest)).to.include('Main-Class: com.example.Main\r\n').and.include('deep/emulator.jar\r\n');
    expect(manifest.endsWith('\r\n')).to.equal(true);
    const end = jar.length - 22;
    expect(jar.readUInt32LE(end)).to.equal(0x06054b50);
    expect(jar.readUInt32LE(jar.readUInt32LE(end + 16))).to.equal(0x02014b50);
  });
});
