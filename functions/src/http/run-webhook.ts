import type { Request, RequestHandler, Response } from 'express';
import type { SignedCallback } from '../delivery/callback-verifier.js';
import { InvalidSignatureError } from '../errors/gatehouse-error.js';
import { withDeadline } from '../lib/deadline.js';
import { callerAddress } from './middleware/end-user-client.js';
import { parseBody, readBytes } from './middleware/request-body.js';
import { REQUEST_DEADLINE_MS } from './run-route.js';
import type { Services } from './services.js';
import type { Webhook } from './webhook.js';

/** Runs one webhook: its signature before anything else is made of the request, all under one deadline. */
export function runWebhook(webhook: Webhook, services: Services): RequestHandler {
  return async (request, response) => {
    response.locals.route = `POST ${webhook.path}`;
    response.locals.event = webhook.event;
    response.locals.address = callerAddress(request);
    await withDeadline(REQUEST_DEADLINE_MS, () => take(webhook, services, request, response));
    response.status(204).end();
  };
}

async function take(webhook: Webhook, services: Services, request: Request, response: Response): Promise<void> {
  const headers = signatureOf(webhook, request);
  const query = queryOf(request);
  const body = await readBytes(request, response, webhook.body);
  const isGenuine = await services.callbacks[webhook.provider]?.isGenuine({ query, body, headers });
  if (isGenuine !== true) throw new InvalidSignatureError();
  const reports = webhook.read(new URLSearchParams(query), parseBody(request, body, webhook.body));
  await services.reports.take(reports);
}

/** Without all of it, nothing is read. @throws InvalidSignatureError */
function signatureOf({ signatureHeaders }: Webhook, request: Request): SignedCallback['headers'] {
  const headers = signatureHeaders.map((name) => [name, request.get(name) ?? '']);
  if (headers.some(([, value]) => value === '')) throw new InvalidSignatureError();
  return Object.fromEntries(headers);
}

/** As it came: any other spelling has another signature. */
function queryOf({ url }: Request): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}
