import type { Texts } from './texts.js';

export const en: Texts = {
  unnamedSender: 'Account security',
  login: {
    sms: '{code} is your[ {org}] login code. Valid for {minutes} min. Never share it.',
    emailSubject: 'Your[ {org}] login code',
    emailText: `Use this code to log in[ to {org}]:

{code}

It is valid for {duration}. Never share it with anyone.

If you did not try to log in, somebody else may know your password: please change it now.`,
  },
  password_reset: {
    sms: '{code} is your[ {org}] password reset code. Valid for {minutes} min. Never share it.',
    emailSubject: 'Your[ {org}] password reset code',
    emailText: `Use this code to set a new password for your[ {org}] account:

{code}

It is valid for {duration}. Never share it with anyone.

If you did not ask for it, please ignore this message: your password stays as it is.`,
  },
  email_verification: {
    sms: '{code} is your[ {org}] email verification code. Valid for {minutes} min. Never share it.',
    emailSubject: 'Verify your email[ for {org}]',
    emailText: `Use this code to verify the email address of your[ {org}] account:

{code}

It is valid for {duration}. Never share it with anyone.

If you have no such account, please ignore this message.`,
  },
  phone_verification: {
    sms: '{code} is your[ {org}] phone verification code. Valid for {minutes} min. Never share it.',
    emailSubject: 'Verify your phone number[ for {org}]',
    emailText: `Use this code to verify the phone number of your[ {org}] account:

{code}

It is valid for {duration}. Never share it with anyone.

If you did not ask for it, please ignore this message.`,
  },
  password_changed: {
    sms: 'Your[ {org}] password was changed on {time}. If this was not you, reset it now and contact support.',
    emailSubject: 'Your[ {org}] password was changed',
    emailText: `The password of your[ {org}] account was changed on {time}.

If this was you, there is nothing you need to do.

If this was not you, please reset your password now and contact[ {org}] support.`,
  },
  contact_changed: {
    sms: 'The email or phone of your[ {org}] account was changed on {time}. If this was not you, contact support now.',
    emailSubject: 'The contact details of your[ {org}] account were changed',
    emailText: `The email address or phone number of your[ {org}] account was changed on {time}.

If this was you, there is nothing you need to do.

If this was not you, please contact[ {org}] support now and reset your password.`,
  },
  new_device: {
    sms: 'A new device logged in to your[ {org}] account on {time}. If this was not you, reset your password now.',
    emailSubject: 'New login to your[ {org}] account',
    emailText: `Somebody logged in to your[ {org}] account from a new device on {time}.

If this was you, there is nothing you need to do.

If this was not you, please reset your password now and contact[ {org}] support.`,
  },
};
