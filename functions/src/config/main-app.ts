import type { CountryCode } from '../contacts/contact.js';
import { LOCALES, type Locale } from '../delivery/locale.js';
import { DEFAULT_MAIN_APP, type MainApp } from '../orgs/main-app.js';
import type { ParamName, ReadParam } from './param-names.js';

export interface AccountConfig {
  readonly mainApp: MainApp;
  /** Those that may call the Account API from a browser. */
  readonly origins: readonly string[];
}

const COUNTRY = /^[A-Z]{2}$/;
const COUNT = /^\d{1,7}$/;

/** The deployment's own app. What is not set is as it is for a partner's org. @throws Error that says what to set */
export function readAccount(read: ReadParam): AccountConfig {
  const { settings } = DEFAULT_MAIN_APP;
  const [country = settings.defaultCountry, ...others] = readCountries(read);
  const smsPerDay = read('ACCOUNT_SMS_PER_DAY').trim();
  if (smsPerDay !== '' && !COUNT.test(smsPerDay)) throw mistaken('ACCOUNT_SMS_PER_DAY', 'a whole number, or empty');
  return {
    mainApp: {
      ...DEFAULT_MAIN_APP,
      name: read('ACCOUNT_APP_NAME').trim(),
      settings: {
        ...settings,
        defaultCountry: country,
        smsCountries: [country, ...others],
        locale: readLocale(read),
        smsPerDay: smsPerDay === '' ? null : Number(smsPerDay),
      },
      hidesExistence: readSwitch(read, 'ACCOUNT_HIDE_EXISTENCE'),
      requiresAppCheck: readSwitch(read, 'REQUIRE_APP_CHECK'),
    },
    origins: listed(read('ACCOUNT_ORIGINS')).map(checkOrigin),
  };
}

function readCountries(read: ReadParam): readonly CountryCode[] {
  const countries = listed(read('ACCOUNT_COUNTRIES'));
  if (countries.every((country) => COUNTRY.test(country))) return countries;
  throw mistaken('ACCOUNT_COUNTRIES', 'a list of country codes such as US,CA');
}

function readLocale(read: ReadParam): Locale {
  const text = read('ACCOUNT_LOCALE').trim() || DEFAULT_MAIN_APP.settings.locale;
  const locale = LOCALES.find((one) => one === text);
  if (locale === undefined) throw mistaken('ACCOUNT_LOCALE', `one of ${LOCALES.join(', ')}`);
  return locale;
}

/** A misspelt yes must not leave a door open. */
function readSwitch(read: ReadParam, name: ParamName): boolean {
  const text = read(name).trim();
  if (text !== 'true' && text !== 'false' && text !== '') throw mistaken(name, 'true or false');
  return text === 'true';
}

/** As browsers write it: no path, no default port, no pattern. */
function checkOrigin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text && !text.includes('*')) return text;
  throw mistaken('ACCOUNT_ORIGINS', 'a list of origins such as https://app.example.com, without a path or a *');
}

function listed(text: string): readonly string[] {
  return text.split(',').flatMap((one) => one.trim() || []);
}

function mistaken(name: ParamName, what: string): Error {
  return new Error(`The parameter ${name} must be ${what}.`);
}
