import { expect } from 'chai';
import { EMAIL, orgWith, PHONE } from '../../test/support/delivery-desk.js';
import { ALL_KINDS, messageOf } from '../../test/support/message-samples.js';
import { deliveryId } from './delivery-id.js';
import { render } from './templates.js';

const ID = deliveryId.generate();

describe('render', () => {
  const org = orgWith({ autofillDomain: 'app.acme.example' }, { name: 'Acme' });

  it('makes a mail of text and HTML with a subject', async () => {
    const { html, ...mail } = await render(ID, org, messageOf('login', 'en'));
    expect(mail).to.deep.equal({
      id: ID,
      to: EMAIL.value,
      channel: 'email',
      purpose: 'login',
      orgId: org.orgId,
      locale: 'en',
      from: { name: 'Acme', email: null },
      code: '012345',
      lifetimeSeconds: 600,
      subject: 'Your Acme login code',
      text: [
        'Use this code to log in to Acme:',
        '012345',
        'It is valid for 10 minutes. Never share it with anyone.',
        'If you did not try to log in, somebody else may know your password: please change it now.',
      ].join('\n\n'),
    });
    expect(html).to.match(/^<!doctype html>\n<html lang="en" dir="ltr">/);
  });

  it('makes a text message of text alone, with the code first and the line for autofill last', async () => {
    expect(await render(ID, org, messageOf('login', 'en', PHONE))).to.deep.equal({
      id: ID,
      to: PHONE.value,
      channel: 'sms',
      purpose: 'login',
      orgId: org.orgId,
      locale: 'en',
      from: { name: 'Acme', email: null },
      code: '012345',
      lifetimeSeconds: 600,
      subject: null,
      text: '012345 is your Acme login code. Valid for 10 min. Never share it.\n\n@app.acme.example #012345',
      html: null,
    });
  });

  it('says of a notice what happened, when and what to do, and has no code', async () => {
    const { text, code, lifetimeSeconds } = await render(ID, org, messageOf('password_changed', 'en', PHONE));
    expect([code, lifetimeSeconds]).to.deep.equal([null, null]);
    expect(text).to.equal(
      'Your Acme password was changed on 2026-11-22 07:00 UTC. If this was not you, reset it now and contact support.',
    );
  });

  it('leaves no placeholder and no bracket in any message', async () => {
    for (const name of ['Acme', '🚀'])
      for (const to of [EMAIL, PHONE])
        for (const { purpose, locale } of ALL_KINDS) {
          const { subject, text, html } = await render(ID, { ...org, name }, messageOf(purpose, locale, to));
          const said = `${subject} ${text} ${html?.slice(html.indexOf('<body')) ?? ''}`;
          expect(said.replace(/<!--\[if mso\]>|<!\[endif\]-->/g, ''), `${purpose} ${locale}`).not.to.match(
            /[{}[\]]|undefined/,
          );
        }
  });

  it('comes from the name that the org has set, or its own; from some name where it has none', async () => {
    const set = orgWith({ senderName: 'Acme Pay', senderEmail: 'codes@acme.example' }, { name: 'Acme Inc' });
    for (const to of [EMAIL, PHONE]) {
      const message = await render(ID, set, messageOf('login', 'en', to));
      expect(message.from).to.deep.equal({ name: 'Acme Pay', email: 'codes@acme.example' });
      expect(message.text).to.include('Acme Pay').and.not.to.include('Acme Inc');
      expect((await render(ID, orgWith({}, { name: '🚀' }), messageOf('login', 'de', to))).from.name).to.equal(
        'Kontosicherheit',
      );
    }
  });

  it('is for an organization or for users outside all of them', async () => {
    expect(await render(ID, { ...org, orgId: null }, messageOf('login', 'en'))).to.include({ orgId: null });
  });
});
