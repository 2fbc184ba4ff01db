import { expect } from 'chai';
import { codeMessage, DeliveryDesk, EMAIL, PHONE } from '../../test/support/delivery-desk.js';
import { rejection, testKeyring } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import type { OrgId } from '../orgs/org-id.js';
import { orgPool } from '../orgs/org-record.js';
import { FieldCipher } from '../pii/field-cipher.js';
import { userId } from '../users/user-id.js';
import { type CodeJob, type Job, openJob, sealJob } from './job.js';
import { LOCALES } from './locale.js';

/** As long as an address may be. */
const LONGEST: Contact = { kind: 'email', value: `${'a'.repeat(240)}@acme.example.com`.slice(-254) };

describe('A job in the queue', () => {
  const desk = new DeliveryDesk();
  const { cipher } = desk;
  const seal = (job: Job = desk.job()) => sealJob(cipher, job);
  const notice = (): Job => {
    const { orgId } = desk.org;
    const uid = userId.generate();
    const former = desk.instance().notices.seal(orgPool(desk.org), uid, LONGEST);
    const event = { eventId: 'b'.repeat(64), at: desk.clock.now(), locale: 'pt', former } as const;
    return { kind: 'notice', orgId, uid, notice: { kind: 'contact_changed', ...event } };
  };

  it('comes out as it went in', () => {
    for (const job of [desk.job({ to: PHONE, fallback: EMAIL }), notice()])
      expect(openJob(cipher, seal(job))).to.deep.equal(job);
  });

  it('is of any org, also one whose id was chosen in the console or left to it', () => {
    for (const id of ['acme', 'KHq3VZ0Zb1nPcRnTq0aB']) {
      const orgId = id as OrgId;
      for (const job of [desk.job({ orgId }), { ...notice(), orgId }])
        expect(openJob(cipher, seal(job))).to.deep.equal(job);
    }
  });

  it('says nothing in any encoding: no code, no contact, no org, not whether it is for anybody', () => {
    const job = desk.job({ to: EMAIL });
    const sealed = seal(job);
    const decoded = Buffer.from(sealed.slice(3), 'base64url').toString('latin1');
    for (const secret of ['012345', EMAIL.value, desk.org.orgId, 'isForNobody', 'password_reset'])
      for (const text of [secret, Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')])
        expect(sealed + decoded).not.to.include(text);
  });

  it('is as long as any other, whatever it is, whoever it is for, and whether or not anybody is there', () => {
    const message = (to: Contact) => codeMessage(to, { code: '0123456789', purpose: 'password_reset' });
    const jobs = [EMAIL, PHONE, LONGEST].flatMap((to) => [
      ...[null, EMAIL, LONGEST].map((fallback) => desk.job({ message: message(to), fallback })),
      desk.job({ message: message(to), isForNobody: true, orgId: null }),
    ]);
    const localized = LOCALES.map((locale) => desk.job({ message: { ...message(EMAIL), locale } }));
    const lengths = [...jobs, ...localized, notice()].map((job) => seal(job).length);
    expect(new Set(lengths).size).to.equal(1);
    expect(seal().length).to.be.lessThan(2_000);
  });

  it('is never the same twice', () => {
    const job = desk.job();
    expect(seal(job)).not.to.equal(seal(job));
  });

  it('is taken from nobody else: not in clear, not sealed elsewhere, not under another key', async () => {
    const forged = JSON.stringify(desk.job());
    const elsewhere = cipher.encrypt({ poolId: 'org_a', uid: 'usr_a', field: 'metadata' }, forged);
    const foreign = sealJob(new FieldCipher(testKeyring('another')), desk.job());
    for (const payload of ['', forged, elsewhere, foreign, seal().slice(0, -4)])
      expect(() => openJob(cipher, payload)).to.throw();
  });

  it('is checked when it comes out: what is not a job does no harm', async () => {
    const { jobs } = desk.instance();
    const { message, ...rest } = desk.job();
    const bad = [rest, { ...rest, message, id: 'dlv_short' }, { ...rest, message, kind: 'other' }];
    for (const job of bad)
      expect(await rejection(jobs.run(sealJob(cipher, job as unknown as CodeJob)))).to.be.instanceOf(Error);
    expect(desk.provider.handed).to.deep.equal([]);
  });

  it('that was sealed before the key was rotated is read', () => {
    const before = new FieldCipher(testKeyring('data', 1));
    const after = new FieldCipher(testKeyring('data', 1, 2));
    const job = desk.job();
    expect(openJob(after, sealJob(before, job))).to.deep.equal(job);
  });
});
