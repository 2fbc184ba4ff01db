import { type DeliveryConfig, readDelivery, type TwilioConfig } from '../../config/delivery.js';
import type { ParamName } from '../../config/param-names.js';
import { isMap } from '../../lib/is-map.js';
import { type ApiAnswer, refused, send } from './api-client.js';
import { type Check, type Finding, FindingError, failed, ok, skipped, warning } from './check.js';
import { REQUEST_TIMEOUT_MS } from './doctor-policy.js';
import { type DoctorTarget, originOf } from './doctor-target.js';
import { textAt, textsAt } from './json.js';
import { setParams, setSecret } from './settings-repairs.js';

const TWILIO: readonly ParamName[] = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY_SID',
  'TWILIO_API_KEY_SECRET',
  'TWILIO_SENDER',
];
const CONSOLE = 'https://console.twilio.com';
/** No message was ever sent there: a list of them is empty. https://www.twilio.com/docs/iam/test-credentials */
const NOBODY = '+15005550001';

/** The account by its token, and the API key by the messages: a standard one may not look at the account. */
export function twilioCheck(target: DoctorTarget): Check {
  const run = async (): Promise<Finding> => {
    const { twilio, callbacks } = settings(target, TWILIO);
    if (twilio === null)
      return unused(
        target,
        'text messages',
        'TWILIO_ACCOUNT_SID and TWILIO_SENDER',
        setSecret(target, 'TWILIO_AUTH_TOKEN'),
      );
    const { accountSid, username, password } = twilio;
    if (username === accountSid) return accountFinding(target, accountSid, password);
    const key = await keyFinding(target, twilio);
    const token = callbacks.twilioAuthToken;
    return key.status === 'failed' || token === null ? key : accountFinding(target, accountSid, token);
  };
  return { name: 'Twilio', run };
}

/** https://www.twilio.com/docs/iam/api/account */
async function accountFinding(target: DoctorTarget, accountSid: string, token: string): Promise<Finding> {
  const answer = await askTwilio(target, `${encodeURIComponent(accountSid)}.json`, accountSid, token);
  const { status, body } = answer;
  if ([401, 403, 404].includes(status))
    return failed(
      'Twilio does not accept the account and its token.',
      `Compare both with ${CONSOLE}, then: ${setSecret(target, 'TWILIO_AUTH_TOKEN')}`,
    );
  if (status !== 200 || !isMap(body)) return refused('Twilio', answer).finding;
  if (textAt(body, 'status') !== 'active')
    return failed('The Twilio account is suspended or closed.', `See why: ${CONSOLE}`);
  if (textAt(body, 'type') === 'Trial')
    return warning(
      'The Twilio account is a trial: it sends to numbers that you have verified, and to nobody else.',
      `Upgrade it: ${CONSOLE}`,
    );
  return ok('Twilio accepts the account.');
}

/** https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources */
async function keyFinding(target: DoctorTarget, twilio: TwilioConfig): Promise<Finding> {
  const { accountSid, username, password } = twilio;
  const query = new URLSearchParams({ To: NOBODY, PageSize: '1' });
  const path = `${encodeURIComponent(accountSid)}/Messages.json?${query}`;
  const answer = await askTwilio(target, path, username, password);
  if ([401, 403, 404].includes(answer.status))
    return failed(
      'Twilio does not accept the API key, or it may not read messages.',
      `Compare it with ${CONSOLE}; a restricted key needs to create and to read messages. Then: ${setSecret(target, 'TWILIO_API_KEY_SECRET')}`,
    );
  if (answer.status !== 200 || !isMap(answer.body)) return refused('Twilio', answer).finding;
  return ok('Twilio accepts the API key.');
}

function askTwilio(target: DoctorTarget, path: string, username: string, password: string): Promise<ApiAnswer> {
  return send(
    {
      service: 'Twilio',
      url: `${originOf(target, 'twilio')}/2010-04-01/Accounts/${path}`,
      headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    },
    target.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  );
}

/** https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access */
export function sendGridCheck(target: DoctorTarget): Check {
  const run = async (): Promise<Finding> => {
    const { sendgrid } = settings(target, ['SENDGRID_API_KEY', 'SENDGRID_FROM']);
    if (sendgrid === null) return unused(target, 'e-mail', 'SENDGRID_FROM', setSecret(target, 'SENDGRID_API_KEY'));
    const answer = await send(
      {
        service: 'SendGrid',
        url: `${originOf(target, 'sendgrid')}/v3/scopes`,
        headers: { authorization: `Bearer ${sendgrid.apiKey}` },
      },
      target.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    );
    return sendGridFinding(answer, target);
  };
  return { name: 'SendGrid', run };
}

function sendGridFinding(answer: ApiAnswer, target: DoctorTarget): Finding {
  const replace = `make one with Mail Send at https://app.sendgrid.com/settings/api_keys, then: ${setSecret(target, 'SENDGRID_API_KEY')}`;
  if (answer.status === 401 || answer.status === 403)
    return failed('SendGrid does not accept the key.', `Check it, or ${replace}`);
  if (answer.status !== 200 || !isMap(answer.body)) return refused('SendGrid', answer).finding;
  if (!textsAt(answer.body, 'scopes').includes('mail.send'))
    return failed('The SendGrid key may not send: it lacks mail.send.', `Give it Mail Send, or ${replace}`);
  return ok('SendGrid accepts the key, and it may send.');
}

/** Of one provider: half of another is not its fault. @throws FindingError when some of `names` are missing or mistaken */
function settings({ read }: DoctorTarget, names: readonly ParamName[]): DeliveryConfig {
  const values = new Map(names.map((name) => [name, read(name)]));
  try {
    return readDelivery((name) => values.get(name) ?? '', undefined);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw new FindingError(failed("The provider's settings are incomplete or mistaken: no instance starts.", message));
  }
}

function unused(target: DoctorTarget, what: string, params: string, secret: string): Finding {
  if (target.emulators !== null) return skipped(`No provider for ${what} is configured: they go to the outbox.`);
  return warning(
    `No provider for ${what} is configured: none are sent.`,
    `If you need them, first: ${secret}\n${setParams(target, params)}.`,
  );
}
