import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { globalAgent } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';

/**
 * TLS before a stub, as before a provider: the packages have agents of their own for that alone. It lets
 * connections in `crowd` at a time, once so many are there at once. While it is up, both packages trust it.
 */
export class TlsDoor {
  private readonly waiting = new Set<TLSSocket>();
  private readonly admitted: TLSSocket[] = [];
  private readonly dir = mkdtempSync(join(tmpdir(), 'tls-door-'));

  private constructor(private readonly server: Server) {}

  static async open(host: string, crowd: number): Promise<TlsDoor> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cert = selfSigned(publicKey, privateKey);
    const server = createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert });
    const door = new TlsDoor(server);
    server.on('secureConnection', (socket) => door.admit(socket, Number(host.split(':')[1]), crowd));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    door.trust(cert);
    return door;
  }

  get origin(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of [...this.waiting, ...this.admitted]) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    delete process.env['TWILIO_CA_BUNDLE'];
    delete globalAgent.options.ca;
    rmSync(this.dir, { recursive: true });
  }

  private admit(socket: TLSSocket, port: number, crowd: number): void {
    this.waiting.add(socket);
    socket.on('error', () => {}).once('close', () => this.waiting.delete(socket));
    if (this.waiting.size < crowd) return;
    for (const one of this.waiting) one.pipe(connect(port, '127.0.0.1')).pipe(one);
    this.admitted.push(...this.waiting);
    this.waiting.clear();
  }

  /** Twilio's package reads a file; SendGrid's uses what Node has for everybody. */
  private trust(cert: string): void {
    const file = join(this.dir, 'cert.pem');
    writeFileSync(file, cert);
    process.env['TWILIO_CA_BUNDLE'] = file;
    globalAgent.options.ca = cert;
  }
}

/** A certificate of 127.0.0.1. https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject): string {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('stub')))));
  const validity = sequence(utcTime('000101000000Z'), utcTime('491231235959Z'));
  const address = der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));
  const signed = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(oid('551d11'), address))),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey));
  const body = sequence(signed, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const integer = (value: number) => der(0x02, Buffer.from([value]));
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (time: string) => der(0x17, Buffer.from(time));
