import { LOCALES } from '../../delivery/locale.js';
import { isMap } from '../../lib/is-map.js';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from '../../orgs/org-settings.js';
import {
  type Check,
  isFlag,
  isListOf,
  isMapOf,
  isNullOr,
  isNumber,
  isOneOf,
  isReadable,
  isText,
  isTexts,
  passing,
} from './document-fields.js';
import type { Fields } from './values.js';

const isChannel = isOneOf(['contact', 'sms', 'email'] as const);
const isTemplate = isNullOr(isMapOf(isText));
/** A public key may have members of any type. */
const isKeys = isListOf(isMapOf(isReadable));

const SETTINGS: Readonly<Record<keyof OrgSettings, Check<unknown>>> = {
  codeLength: isNumber,
  codeLifetimeSeconds: isNumber,
  loginChannel: isChannel,
  resetChannel: isChannel,
  smsCountries: isNullOr(isTexts),
  defaultCountry: isText,
  smsPerDay: isNullOr(isNumber),
  sendMessages: isFlag,
  smsFallbackToEmail: isFlag,
  passwordMinLength: isNumber,
  passwordBreachCheck: isFlag,
  sessionLifetimeSeconds: isNumber,
  rotationGraceDays: isNumber,
  senderName: isNullOr(isText),
  senderEmail: isNullOr(isText),
  locale: isOneOf(LOCALES),
  autofillDomain: isNullOr(isText),
  loginTemplate: isTemplate,
  resetTemplate: isTemplate,
  limits: isNullOr(isMapOf(isNumber)),
  trustedIssuer: isNullOr(isIssuer),
};

/** Settings in force. Where somebody has spoilt one, or it came with a later version of ours, its default holds. */
export function toSettings(stored: Fields): OrgSettings {
  return { ...DEFAULT_ORG_SETTINGS, ...passing(SETTINGS, stored) };
}

function isIssuer(value: unknown): value is Fields {
  if (!isMap(value)) return false;
  const { iss, aud, jwks } = value;
  return isText(iss) && isText(aud) && isMap(jwks) && isKeys(jwks['keys']);
}
