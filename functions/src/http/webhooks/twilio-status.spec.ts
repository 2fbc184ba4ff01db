import { expect } from 'chai';
import { becauseOf } from '../../adapters/twilio/twilio-codes.js';
import { twilioStatusUrl } from '../../delivery/callback-url.js';
import { deliveryId } from '../../delivery/delivery-id.js';
import { orgId } from '../../orgs/org-id.js';
import { twilioStatus } from './twilio-status.js';

const MESSAGE = { id: deliveryId.generate(), purpose: 'login', orgId: orgId.generate() } as const;
const SID = `SM${'0a'.repeat(16)}`;
const FORM = { MessageSid: SID, MessageStatus: 'delivered', To: '+12025550143', AccountSid: 'AC1', ApiVersion: '1' };

describe('twilioStatus', () => {
  const read = (form: object, message: Parameters<typeof twilioStatusUrl>[1] = MESSAGE) =>
    twilioStatus.read(new URL(twilioStatusUrl('https://id.example.com', message)).searchParams, { ...FORM, ...form });
  const readQuery = (query: string) => twilioStatus.read(new URLSearchParams(query), FORM);

  it('reads what Twilio tells of a message that we have named to it', () => {
    const to = { kind: 'phone', value: '+12025550143' };
    const entry = { ...MESSAGE, to };
    const told = { provider: 'twilio', providerId: SID, status: 'delivered', error: null, isOfRegion: false };
    expect(read({})).to.deep.equal([{ entry, ...told }]);
    expect(read({}, { ...MESSAGE, orgId: null })).to.deep.equal([{ entry: { ...entry, orgId: null }, ...told }]);
  });

  const SAID: readonly (readonly [said: string, status: string])[] = [
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['undelivered', 'undelivered'],
    ['failed', 'failed'],
  ];
  for (const [said, status] of SAID)
    it(`takes ${said} for ${status}`, () => {
      expect(read({ MessageStatus: said }).map((report) => report.status)).to.deep.equal([status]);
    });

  for (const said of ['accepted', 'scheduled', 'queued', 'sending', 'canceled', 'read', 'receiving', 'Delivered', ''])
    it(`takes ${said || 'nothing'} for no news`, () => {
      expect(read({ MessageStatus: said })).to.deep.equal([]);
    });

  it('keeps the code of an error, and nothing else for one', () => {
    for (const code of ['30003', '30005', '30006', '21610'])
      expect(read({ MessageStatus: 'undelivered', ErrorCode: code })[0]).to.include({ error: code, isOfRegion: false });
    for (const text of ['', 'Unreachable +12025550143', '300030003', '-1', '3e4'])
      expect(read({ MessageStatus: 'undelivered', ErrorCode: text })[0]).to.include({ error: null });
  });

  it('tells where the numbers around are pumped or switched off, as the answer to a message does', () => {
    const known = Array.from({ length: 90_000 }, (_, index) => 10_000 + index).filter((code) => becauseOf(code, '+1'));
    expect(known).to.include.members([21408, 30450, 30453, 21610]);
    for (const code of known) {
      const [report] = read({ MessageStatus: 'undelivered', ErrorCode: String(code) });
      expect(report?.isOfRegion, String(code)).to.equal(becauseOf(code, '+1') === 'region');
    }
  });

  it('leaves out what is about no message of ours', () => {
    const { id, purpose, orgId: org } = MESSAGE;
    expect(readQuery(`delivery=${id}&purpose=${purpose}&org=${org}`)).to.have.length(1);
    for (const query of [
      '',
      `delivery=&purpose=${purpose}&org=${org}`,
      `delivery=${id}x&purpose=${purpose}&org=${org}`,
      `delivery=../orgs/${org}&purpose=${purpose}&org=${org}`,
      `delivery=${id}&purpose=any&org=${org}`,
      `delivery=${id}&purpose=${purpose}&org=main`,
      `delivery=${id}&purpose=${purpose}&org=a/b`,
    ])
      expect(readQuery(query), query).to.deep.equal([]);
  });

  it('leaves out what is no text message', () => {
    for (const form of [{ To: 'whatsapp:+12025550143' }, { To: '' }, { MessageSid: 'CA1' }, { MessageSid: undefined }])
      expect(read(form), JSON.stringify(form)).to.deep.equal([]);
  });
});
