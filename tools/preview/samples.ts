import type { Contact } from '../../functions/src/contacts/contact.js';
import { deliveryId } from '../../functions/src/delivery/delivery-id.js';
import { LOCALES, type Locale } from '../../functions/src/delivery/locale.js';
import {
  isNoticeKind,
  MESSAGE_PURPOSES,
  type MessagePurpose,
  type RenderedMessage,
} from '../../functions/src/delivery/message.js';
import { loadSmsMeter, type SmsSize } from '../../functions/src/delivery/templates/sms-meter.js';
import { render } from '../../functions/src/delivery/templates.js';
import { DEFAULT_ORG_SETTINGS } from '../../functions/src/orgs/org-settings.js';
import { reviewSettings } from '../../functions/src/orgs/org-settings-rules.js';

/** Whose messages are shown. */
export interface PreviewOrg {
  readonly name: string;
  readonly domain: string | null;
}

export interface SmsSample extends SmsSize {
  readonly text: string;
  readonly hasName: boolean;
  /** Whether phones are told what site the code is for. Notices have no code. */
  readonly hasDomain: boolean;
}

/** One message in one language, as a text message and as a mail. */
export interface Sample {
  readonly purpose: MessagePurpose;
  readonly locale: Locale;
  readonly sms: SmsSample;
  /** The same with the longest code, name and domain that there can be. */
  readonly longest: SmsSample;
  readonly mail: RenderedMessage;
}

const LONGEST: PreviewOrg = { name: 'M'.repeat(30), domain: `${'m'.repeat(32)}.example` };
const USUAL_CODE = '123456';
const LONGEST_CODE = '1234567890';
const PHONE: Contact = { kind: 'phone', value: '+12025550143' };
const EMAIL: Contact = { kind: 'email', value: 'ada@example.com' };
const LIFETIME_SECONDS = 600;
const AT = Date.UTC(2026, 10, 22, 7);

/** @throws Error that says what the domain must be */
export async function samplesOf(org: PreviewOrg, locales: readonly Locale[] = LOCALES): Promise<readonly Sample[]> {
  const { problems } = await reviewSettings({ autofillDomain: org.domain }, DEFAULT_ORG_SETTINGS);
  if (problems['autofillDomain'] !== undefined) throw new Error(`--domain: ${problems['autofillDomain']}`);
  const wanted = locales.flatMap((locale) => MESSAGE_PURPOSES.map((purpose) => ({ locale, purpose })));
  return Promise.all(wanted.map((message) => sampleOf(org, message)));
}

type Wanted = Pick<Sample, 'locale' | 'purpose'>;

async function sampleOf(org: PreviewOrg, wanted: Wanted): Promise<Sample> {
  const [sms, longest, mail] = await Promise.all([
    smsSample(org, wanted, USUAL_CODE),
    smsSample(LONGEST, wanted, LONGEST_CODE),
    rendered(org, wanted, USUAL_CODE, EMAIL),
  ]);
  return { ...wanted, sms, longest, mail };
}

async function smsSample(org: PreviewOrg, wanted: Wanted, code: string): Promise<SmsSample> {
  const meter = await loadSmsMeter();
  const { text } = await rendered(org, wanted, code, PHONE);
  const [said = '', bound] = text.split('\n\n@');
  const nameless = await rendered({ name: '', domain: null }, wanted, code, PHONE);
  return { text, hasName: said !== nameless.text, hasDomain: bound !== undefined, ...meter.measure(text) };
}

function rendered(org: PreviewOrg, { locale, purpose }: Wanted, code: string, to: Contact): Promise<RenderedMessage> {
  const settings = { ...DEFAULT_ORG_SETTINGS, autofillDomain: org.domain };
  const sender = { orgId: null, environment: 'live', name: org.name, settings } as const;
  const message = isNoticeKind(purpose)
    ? { to, purpose, locale, at: AT }
    : { to, purpose, locale, code, lifetimeSeconds: LIFETIME_SECONDS };
  return render(deliveryId.generate(), sender, message);
}
