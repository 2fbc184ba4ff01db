import { expect } from 'chai';
import { expectThrownCode } from '../../../test/support/unit-fixtures.js';
import { deliveryId } from '../../delivery/delivery-id.js';
import { orgId } from '../../orgs/org-id.js';
import { sendgridEvents } from './sendgrid-events.js';

const [ID, ORG] = [deliveryId.generate(), orgId.generate()];
const EVENT = {
  email: 'Ada@Example.com',
  timestamp: 1_700_000_000,
  event: 'delivered',
  sg_event_id: 'ZGVsaXZlcmVk',
  sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
  'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
  category: ['login'],
  delivery: ID,
  purpose: 'login',
  org: ORG,
};

describe('sendgridEvents', () => {
  const readAll = (body: unknown) => sendgridEvents.read(new URLSearchParams(), body);
  const read = (change: object) => readAll([{ ...EVENT, ...change }]);

  it('reads what SendGrid tells of a mail that we have named to it', () => {
    const entry = { id: ID, orgId: ORG, purpose: 'login', to: { kind: 'email', value: 'ada@example.com' } };
    const told = { provider: 'sendgrid', providerId: 'LRzXl_NHStOGhQ4kofSm_A', error: null, isOfRegion: false };
    expect(readAll([EVENT])).to.deep.equal([{ entry, status: 'delivered', ...told }]);
    for (const org of ['', undefined]) expect(read({ org })[0]?.entry.orgId).to.equal(null);
    expect(read({ sg_message_id: undefined })[0]?.providerId).to.equal(null);
  });

  const SAID: readonly (readonly [said: object, status: string, error: string | null])[] = [
    [{ event: 'processed' }, 'sent', null],
    [{ event: 'delivered', response: '250 OK' }, 'delivered', null],
    [
      { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 <ada@example.com>' },
      'undelivered',
      'bounce_5.1.1',
    ],
    [{ event: 'bounce', type: 'bounce' }, 'undelivered', 'bounce'],
    [{ event: 'bounce', type: 'blocked', status: '4.7.1' }, 'undelivered', 'blocked_4.7.1'],
    [{ event: 'bounce', type: 'blocked', reason: 'unable to get mx info' }, 'undelivered', 'blocked'],
    [{ event: 'bounce', type: 'other', status: 'ada@example.com' }, 'undelivered', 'bounce'],
    [{ event: 'dropped', reason: 'Bounced Address', status: '5.0.0' }, 'failed', 'dropped_bounced'],
    [{ event: 'dropped', reason: 'Unsubscribed Address' }, 'failed', 'dropped_unsubscribed'],
    [{ event: 'dropped', reason: 'Spam Reporting Address' }, 'failed', 'dropped_spam_report'],
    [{ event: 'dropped', reason: 'Invalid' }, 'failed', 'dropped_invalid'],
    [{ event: 'dropped', reason: 'Spam Content' }, 'failed', 'dropped_spam_content'],
    [{ event: 'dropped', reason: 'Recipient List over Package Quota' }, 'failed', 'dropped_quota'],
    [{ event: 'dropped', reason: 'Bounced Address ada@example.com' }, 'failed', 'dropped'],
    [{ event: 'dropped', reason: 7 }, 'failed', 'dropped'],
    [{ event: 'dropped' }, 'failed', 'dropped'],
  ];
  for (const [said, status, error] of SAID)
    it(`takes ${JSON.stringify(said)} for ${status}, ${error}`, () => {
      expect(read(said)[0]).to.include({ status, error });
    });

  for (const said of ['deferred', 'open', 'click', 'spamreport', 'unsubscribe', 'group_resubscribe', 'Delivered', ''])
    it(`takes ${said || 'nothing'} for no news`, () => {
      expect(read({ event: said })).to.deep.equal([]);
    });

  it('leaves out what is about no mail of ours, and reads the rest', () => {
    const strangers = [
      { delivery: undefined },
      { delivery: `${ID}x` },
      { delivery: [ID] },
      { purpose: 'marketing' },
      { purpose: undefined },
      { org: 'main' },
      { org: 'a/b' },
      { org: null },
      { email: undefined },
      { email: 'no address' },
      { email: null },
      { event: {} },
    ].map((change) => ({ ...EVENT, ...change }));
    const told = readAll([...strangers, null, 7, 'text', [], {}, EVENT]);
    expect(told.map(({ entry }) => entry.id)).to.deep.equal([ID]);
  });

  it('refuses what is no list', () => {
    for (const body of [{}, null, 'text', 7, EVENT]) expectThrownCode(() => readAll(body), 'invalid_request');
    expect(readAll([])).to.deep.equal([]);
  });
});
