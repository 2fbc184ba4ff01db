import { defineSecret, defineString } from 'firebase-functions/params';
import { SECRET_NAMES } from './param-names.js';

// Declaring them is what makes `firebase deploy` ask for them and give them to the functions; `readConfig` reads them.
defineString('WEB_API_KEY', {
  label: 'Web API key',
  description: 'The web API key of the Firebase project: Project settings, General.',
});
defineString('PUBLIC_URL', {
  default: '',
  description:
    'Where the function api is reached, https://…; empty for no reports of Twilio on what became of messages.',
});
defineString('TWILIO_ACCOUNT_SID', {
  default: '',
  description: 'Twilio account, AC…; empty to send no text messages.',
});
defineString('TWILIO_API_KEY_SID', {
  default: '',
  description: 'API key of Twilio to send with, SK…; empty to send with the auth token.',
});
defineString('TWILIO_SENDER', {
  default: '',
  description: 'Twilio messaging service, MG…, or a number or sender name of the account.',
});
defineString('SENDGRID_FROM', {
  default: '',
  description: 'Verified sender address of SendGrid; empty to send no e-mail.',
});
defineString('SENDGRID_WEBHOOK_KEY', {
  default: '',
  description: 'Verification key of the signed event webhook of SendGrid; empty to take no events.',
});
defineString('ACCOUNT_APP_NAME', {
  default: '',
  description: 'What messages call your own app, whose users the Account API serves; empty for no name.',
});
defineString('ACCOUNT_ORIGINS', {
  default: '',
  description: 'Origins of your own web app, https://…, separated by commas; empty for none.',
});
defineString('ACCOUNT_COUNTRIES', {
  default: 'US',
  description:
    'Countries that your own app sends text messages to, as US,CA; numbers without a country are of the first.',
});
defineString('ACCOUNT_LOCALE', {
  default: 'en',
  description: 'The language of messages of your own app, where a request names none: en, es, fr, de, pt or ja.',
});
defineString('ACCOUNT_SMS_PER_DAY', {
  default: '',
  description: 'Text messages that your own app sends in a day at most; 0 for none, empty for 10,000.',
});
defineString('ACCOUNT_HIDE_EXISTENCE', {
  default: 'false',
  description: 'true: /auth/forgotPassword answers the same for emails that nobody has. false: it answers 404.',
});
defineString('REQUIRE_APP_CHECK', {
  default: 'false',
  description: 'true: what the Account API serves without a token needs a valid X-Firebase-AppCheck.',
});

/** The secrets that a function must be given to read them. */
export const SECRETS = SECRET_NAMES.map((name) => defineSecret(name));
