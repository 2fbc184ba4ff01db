/** A message as the functions post it. */
export interface NewOutboxMessage {
  to: string;
  channel: 'sms' | 'email';
  purpose: string;
  orgId: string | null;
  subject: string | null;
  text: string;
  html: string | null;
  code: string | null;
  link: string | null;
}

export interface OutboxMessage extends NewOutboxMessage {
  id: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

export class InvalidMessageError extends Error {}

/** @throws InvalidMessageError that names the field */
export function parseNewMessage(body: unknown): NewOutboxMessage {
  if (typeof body !== 'object' || body === null) throw new InvalidMessageError('a JSON object is expected');
  const fields = body as Record<string, unknown>;
  const { channel } = fields;
  if (channel !== 'sms' && channel !== 'email') throw new InvalidMessageError('channel must be "sms" or "email"');
  return {
    to: required(fields, 'to'),
    channel,
    purpose: required(fields, 'purpose'),
    orgId: optional(fields, 'orgId'),
    subject: optional(fields, 'subject'),
    text: optional(fields, 'text') ?? '',
    html: optional(fields, 'html'),
    code: optional(fields, 'code'),
    link: optional(fields, 'link'),
  };
}

function required(fields: Record<string, unknown>, name: string): string {
  const value = optional(fields, name);
  if (!value) throw new InvalidMessageError(`${name} is required`);
  return value;
}

function optional(fields: Record<string, unknown>, name: string): string | null {
  const value = fields[name] ?? null;
  if (value !== null && typeof value !== 'string') throw new InvalidMessageError(`${name} must be a string`);
  return value;
}
