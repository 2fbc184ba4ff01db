import { defineSecret, defineString } from 'firebase-functions/params';
import { SECRET_NAMES } from './param-names.js';

// Declaring them is what makes `firebase deploy` ask for them and give them to the functions; `readConfig` reads them.
defineString('WEB_API_KEY', {
  label: 'Web API key',
  description: 'The web API key of the Firebase project: Project settings, General.',
});
defineString('TWILIO_ACCOUNT_SID', {
  default: '',
  description: 'Twilio account, AC…; empty to send no text messages.',
});
defineString('TWILIO_SENDER', {
  default: '',
  description: 'Twilio messaging service, MG…, or a number of the account.',
});
defineString('SENDGRID_FROM', {
  default: '',
  description: 'Verified sender address of SendGrid; empty to send no e-mail.',
});

/** The secrets that a function must be given to read them. */
export const SECRETS = SECRET_NAMES.map((name) => defineSecret(name));
