export const SECRET_NAMES = [
  'CODE_PEPPERS',
  'DATA_KEYS',
  'INDEX_KEY',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY_SECRET',
  'SENDGRID_API_KEY',
] as const;
export const STRING_NAMES = [
  'WEB_API_KEY',
  'PUBLIC_URL',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_API_KEY_SID',
  'TWILIO_SENDER',
  'SENDGRID_FROM',
  'SENDGRID_WEBHOOK_KEY',
  'ACCOUNT_APP_NAME',
  'ACCOUNT_ORIGINS',
  'ACCOUNT_COUNTRIES',
  'ACCOUNT_LOCALE',
  'ACCOUNT_SMS_PER_DAY',
  'ACCOUNT_HIDE_EXISTENCE',
  'REQUIRE_APP_CHECK',
] as const;

/** A setting of the deployment. In the running function each is a variable of the environment. */
export type ParamName = (typeof SECRET_NAMES)[number] | (typeof STRING_NAMES)[number];

/** The value of a setting, empty when it is not set. */
export type ReadParam = (name: ParamName) => string;
