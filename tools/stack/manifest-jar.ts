import { crc32 } from 'node:zlib';

const MANIFEST_PATH = 'META-INF/MANIFEST.MF';
/** The jar specification: no line over 72 bytes without its line end; a longer one goes on after a space. */
const MAX_LINE_BYTES = 72;

/** A jar of nothing but a manifest that starts `mainClass` with `jarUrl` on its class path. */
export function manifestJar(mainClass: string, jarUrl: string): Buffer {
  const lines = ['Manifest-Version: 1.0', `Main-Class: ${mainClass}`, `Class-Path: ${jarUrl}`];
  return storedZip(MANIFEST_PATH, Buffer.from(`${lines.map(foldManifestLine).join('\r\n')}\r\n\r\n`));
}

export function foldManifestLine(line: string): string {
  const folded: string[] = [];
  let current = '';
  for (const character of line) {
    if (Buffer.byteLength(current + character) > MAX_LINE_BYTES) {
      folded.push(current);
      current = ' ';
    }
    current += character;
  }
  return [...folded, current].join('\r\n');
}

/** A zip file with one entry, not compressed. Written by hand because a JRE has no `jar` tool. */
function storedZip(path: string, content: Buffer): Buffer {
  const name = Buffer.from(path);
  const entry = entryFields(name, content);
  const local = Buffer.concat([uint32(0x04034b50), entry, name, content]);
  const central = Buffer.concat([
    uint32(0x02014b50),
    uint16(20), // made by zip 2.0
    entry,
    Buffer.alloc(14), // no comment, first disk, no attributes, the entry starts at 0
    name,
  ]);
  const end = Buffer.concat([
    uint32(0x06054b50),
    uint16(0, 0, 1, 1), // disks, entries
    uint32(central.length, local.length),
    uint16(0),
  ]);
  return Buffer.concat([local, central, end]);
}

/** The fields that the local and the central header share, from "version needed" to "extra length". */
function entryFields(name: Buffer, content: Buffer): Buffer {
  const midnight1980 = [0, 0x21];
  return Buffer.concat([
    uint16(20, 0x0800, 0, ...midnight1980), // zip 2.0, UTF-8 names, stored
    uint32(crc32(content), content.length, content.length),
    uint16(name.length, 0),
  ]);
}

function uint16(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => writeLe(value, 2)));
}

function uint32(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => writeLe(value, 4)));
}

function writeLe(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
