import { expect } from 'chai';
import type { Request } from 'express';
import { clientOf } from './end-user-client.js';

function request(headers: Readonly<Record<string, string>>, remoteAddress: string | undefined = '127.0.0.1'): Request {
  return { get: (name: string) => headers[name.toLowerCase()], socket: { remoteAddress } } as unknown as Request;
}

describe('the end user’s client', () => {
  describe('as a partner’s backend tells it', () => {
    const addressOf = (headers: Readonly<Record<string, string>>) => clientOf(request(headers), true).address;

    it('is what X-End-User-IP and X-End-User-Agent say', () => {
      const headers = { 'x-end-user-ip': ' 2001:DB8::0:1 ', 'x-end-user-agent': 'Browser/1', 'user-agent': 'Server/1' };
      expect(clientOf(request(headers), true)).to.deep.equal({ address: '2001:db8::1', agent: 'Browser/1' });
    });

    it('is nobody without them: never the partner’s own server', () => {
      const headers = { 'x-forwarded-for': '192.0.2.1', 'user-agent': 'Server/1' };
      expect(clientOf(request(headers), true)).to.deep.equal({ address: null, agent: null });
    });

    it('has no address where it is told none that is one', () => {
      for (const junk of ['', 'unknown', '1.2.3.4, 5.6.7.8', '127.1', '<script>'])
        expect(addressOf({ 'x-end-user-ip': junk }), junk).to.equal(null);
    });

    it('has an agent of at most 256 characters', () => {
      const { agent } = clientOf(request({ 'x-end-user-agent': 'x'.repeat(1_000) }), true);
      expect(agent).to.have.length(256);
    });
  });

  /** */
  describe('without a partner', () => {
    const addressOf = (forwarded: string | undefined, socket?: string) =>
      clientOf(request(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, socket), false).address;

    it('has the address that the platform’s front end has added last', () => {
      for (const spoofed of ['', '10.0.0.1, ', 'unknown, ', '1.1.1.1,2.2.2.2,', ', , ', '198.51.100.7, '.repeat(1_000)])
        expect(addressOf(`${spoofed}203.0.113.9`), spoofed.slice(0, 40)).to.equal('203.0.113.9');
    });

    it('has the address of the connection where there is no front end', () => {
      expect(addressOf(undefined, '::ffff:203.0.113.9')).to.equal('203.0.113.9');
    });

    it('does not take X-End-User-IP: anybody can write it', () => {
      const headers = { 'x-end-user-ip': '10.0.0.1', 'x-forwarded-for': '203.0.113.9', 'user-agent': 'Browser/1' };
      expect(clientOf(request(headers), false)).to.deep.equal({ address: '203.0.113.9', agent: 'Browser/1' });
    });
  });
});
