import { z } from 'zod';
import { CODE_LENGTH, CODE_LIFETIME_SECONDS } from '../codes/code-policy.js';
import { LOCALES } from '../delivery/locale.js';
import { loadSmsMeter } from '../delivery/templates/sms-meter.js';
import type { Problems } from '../edits/edited.js';
import { GRACE_DAYS } from '../edits/grace-days.js';
import { type Review, type Rules, review, shaped } from '../edits/review.js';
import { isMap } from '../lib/is-map.js';
import { windowCeiling } from '../limits/limit-policy.js';
import { PARTNER_PASSWORD_MIN, PASSWORD_MAX } from '../users/password-policy.js';
import { messageTemplate } from './message-template-rule.js';
import { DEFAULT_ORG_SETTINGS, type MessageTemplate, type OrgSettings } from './org-settings.js';

type IsCountry = (code: string) => boolean;

const SESSION_SECONDS = { min: 300, max: DEFAULT_ORG_SETTINGS.sessionLifetimeSeconds };
const SMS_PER_DAY_MAX = 1_000_000;
const COUNTRIES_MAX = 250;
/** Names that are no settings: a document has room for so much. */
const UNKNOWN_TOLD = 20;
const UNKNOWN_NAME_MAX = 100;
const COUNTRY_PROBLEM = 'Must be a country code of two capital letters, such as US.';
const COUNTRIES_PROBLEM = `Must be a list of 1 to ${COUNTRIES_MAX} country codes, or null.`;
const SENDER_PROBLEM = "Must be 1 to 30 letters, digits, spaces or & ' . -, or null.";
const DOMAIN_PROBLEM = 'Must be a domain such as app.example.com, in lower case, of at most 40 characters, or null.';
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
/** What leaves room for a text beside it. */
const DOMAIN_MAX = 40;
const SENDER_NAME = /^[\p{L}\p{N}][\p{L}\p{N} &'.-]{0,29}$/u;

/**
 * Reads settings as an admin wrote them, beside those in force. What is left out has its default.
 * Number plans and the measure of text messages are loaded with the first call.
 */
export async function reviewSettings(written: unknown, inForce: OrgSettings): Promise<Review<OrgSettings>> {
  const [{ isSupportedCountry }, meter] = await Promise.all([import('libphonenumber-js/min'), loadSmsMeter()]);
  if (!isMap(written)) return { inForce, problems: { '': 'Must be a map of settings.' }, changed: [] };
  const filled = { ...DEFAULT_ORG_SETTINGS, ...written };
  const reviewed = review(
    settingsRules((code) => isSupportedCountry(code), messageTemplate(meter)),
    filled,
    inForce,
  );
  return { ...reviewed, problems: { ...reviewed.problems, ...unknownOnes(written) } };
}

function settingsRules(isCountry: IsCountry, template: z.ZodType<MessageTemplate>): Rules<OrgSettings> {
  const country = z.string(COUNTRY_PROBLEM).refine(isCountry, COUNTRY_PROBLEM);
  const flag = shaped(z.boolean({ error: 'Must be true or false.' }));
  const channel = shaped(z.enum(['contact', 'sms', 'email'], { error: 'Must be contact, sms or email.' }));
  return {
    codeLength: whole(CODE_LENGTH),
    codeLifetimeSeconds: whole(CODE_LIFETIME_SECONDS),
    loginChannel: channel,
    resetChannel: channel,
    smsCountries: shaped(
      z.array(country, COUNTRIES_PROBLEM).min(1, COUNTRIES_PROBLEM).max(COUNTRIES_MAX, COUNTRIES_PROBLEM).nullable(),
    ),
    defaultCountry: shaped(country),
    smsPerDay: shaped(wholeNumber({ min: 0, max: SMS_PER_DAY_MAX }).nullable()),
    sendMessages: flag,
    smsFallbackToEmail: flag,
    passwordMinLength: whole({ min: PARTNER_PASSWORD_MIN, max: PASSWORD_MAX }),
    passwordBreachCheck: flag,
    sessionLifetimeSeconds: whole(SESSION_SECONDS),
    rotationGraceDays: whole(GRACE_DAYS),
    senderName: shaped(z.string(SENDER_PROBLEM).regex(SENDER_NAME, SENDER_PROBLEM).nullable()),
    senderEmail: shaped(z.email('Must be an e-mail address, or null.').nullable()),
    locale: shaped(z.enum(LOCALES, { error: `Must be one of ${LOCALES.join(', ')}.` })),
    autofillDomain: shaped(
      z.string(DOMAIN_PROBLEM).max(DOMAIN_MAX, DOMAIN_PROBLEM).regex(DOMAIN, DOMAIN_PROBLEM).nullable(),
    ),
    loginTemplate: shaped(template.nullable()),
    resetTemplate: shaped(template.nullable()),
    limits: shaped(limits.nullable()),
    trustedIssuer: shaped(trustedIssuer.nullable()),
  };
}

/** By the names of windows, each within its ceiling. */
const limits = z
  .record(z.string(), z.number('Must be a number.'), 'Must be a map of limits, or null.')
  .superRefine((windows, context) => {
    for (const [name, limit] of Object.entries(windows)) {
      const ceiling = windowCeiling(name);
      if (ceiling !== undefined && Number.isInteger(limit) && limit >= 1 && limit <= ceiling) continue;
      const message =
        ceiling === undefined ? 'There is no such limit.' : `Must be a whole number from 1 to ${ceiling}.`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const ISS_PROBLEM = 'Must be the issuer of its tokens.';
const AUD_PROBLEM = 'Must be the audience of its tokens.';
const KEYS_PROBLEM = 'Must be a map whose keys are a list of at least one key.';
const KID_PROBLEM = 'Must be the id of the key.';
const COORDINATE_PROBLEM = 'Must be a coordinate of the key.';

/** The public half of a key for signatures on the curve P-256: ES256 is what Privy signs with. */
const publicKey = z.object(
  {
    kty: z.literal('EC', { error: 'Must be EC.' }),
    crv: z.literal('P-256', { error: 'Must be P-256.' }),
    kid: z.string(KID_PROBLEM).min(1, KID_PROBLEM),
    x: z.string(COORDINATE_PROBLEM),
    y: z.string(COORDINATE_PROBLEM),
    alg: z.literal('ES256', { error: 'Must be ES256.' }).optional(),
    use: z.literal('sig', { error: 'Must be sig.' }).optional(),
    d: z.undefined('Must not be there: it is the private half of the key.').optional(),
  },
  'Must be a public key as a JWK.',
);
const trustedIssuer = z.strictObject(
  {
    iss: z.string(ISS_PROBLEM).min(1, ISS_PROBLEM),
    aud: z.string(AUD_PROBLEM).min(1, AUD_PROBLEM),
    jwks: z.object({ keys: z.array(publicKey, KEYS_PROBLEM).min(1, KEYS_PROBLEM) }, KEYS_PROBLEM),
  },
  'Must be a map of iss, aud and jwks, or null.',
);

function whole(bounds: { readonly min: number; readonly max: number }) {
  return shaped(wholeNumber(bounds));
}

function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  const error = `Must be a whole number from ${min} to ${max}.`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function unknownOnes(written: Readonly<Record<string, unknown>>): Problems {
  const names = Object.keys(written).filter((name) => !Object.hasOwn(DEFAULT_ORG_SETTINGS, name));
  // By characters: half of one is no text that Firestore takes.
  const told = names.slice(0, UNKNOWN_TOLD).map((name) => [...name].slice(0, UNKNOWN_NAME_MAX).join(''));
  return Object.fromEntries(told.map((name) => [name, 'There is no such setting.']));
}
