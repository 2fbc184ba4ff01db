import { bounded, DeadlineExceededError } from '../../lib/deadline.js';
import { FindingError, failed } from './check.js';

export interface ApiRequest {
  /** As it is called in messages. */
  readonly service: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** The `Date` header. */
  readonly date: string | null;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
}

/** One request. Any status is an answer. @throws FindingError when there is none */
export async function send(request: ApiRequest, timeoutMs: number): Promise<ApiAnswer> {
  const { service, url, method = 'GET', headers = {}, body } = request;
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    return await bounded(service, timeoutMs, async (signal) => {
      const response = await fetch(url, { method, headers: { ...type, ...headers }, ...content, signal });
      return { status: response.status, date: response.headers.get('date'), body: parsed(await response.text()) };
    });
  } catch (error) {
    const network = `Check the network, and whether a proxy or a firewall stands before ${new URL(url).host}.`;
    const what = error instanceof DeadlineExceededError ? 'did not answer in time' : 'could not be reached';
    throw new FindingError(failed(`${service} ${what}.`, network));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For the answers that nobody has a better word for. */
export function refused(service: string, { status, body }: ApiAnswer, reason = ''): FindingError {
  if (status >= 500 || status === 429)
    return new FindingError(failed(`${service} is not available now (status ${status}).`, 'Try again in a minute.'));
  if (status < 300 || body === undefined)
    return new FindingError(
      failed(`${service} did not answer as documented.`, 'Check that no proxy or captive portal answers in its place.'),
    );
  const detail = reason === '' ? `status ${status}` : `status ${status}, ${reason}`;
  return new FindingError(
    failed(`${service} refused the request (${detail}).`, 'Check the project id and the region, and try again.'),
  );
}
