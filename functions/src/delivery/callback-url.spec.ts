import { expect } from 'chai';
import { orgId } from '../orgs/org-id.js';
import { twilioStatusUrl } from './callback-url.js';
import { deliveryId } from './delivery-id.js';

describe('twilioStatusUrl', () => {
  const id = deliveryId.generate();
  const org = orgId.generate();

  it('names the message, its purpose and its org below the public URL', () => {
    const url = twilioStatusUrl('https://api.example.com/v1', { id, purpose: 'password_reset', orgId: org });
    const query = `delivery=${id}&purpose=password_reset&org=${org}`;
    expect(url.split('#')[0]).to.equal(`https://api.example.com/v1/webhooks/twilio/status?${query}`);
  });

  it('names no org where there is none', () => {
    const url = twilioStatusUrl('https://api.example.com', { id, purpose: 'new_device', orgId: null });
    expect(new URL(url).search).to.equal(`?delivery=${id}&purpose=new_device&org=`);
  });

  it('asks for a report to come again that was met with an error', () => {
    const url = twilioStatusUrl('https://api.example.com', { id, purpose: 'login', orgId: org });
    expect(new URL(url).hash).to.equal('#rc=3&rp=ct,rt,5xx');
  });
});
