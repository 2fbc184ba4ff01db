import { z } from 'zod';
import { type AppId, appId } from '../../apps/app-id.js';
import { isKeyId, type KeyId } from '../../credentials/credential-id.js';
import { CREDENTIAL_SCOPES, type CredentialScope } from '../../credentials/credential-record.js';
import { DAY_MS } from '../../lib/clock.js';
import { isNetwork } from '../../lib/ip-address.js';
import type { OrgId } from '../../orgs/org-id.js';
import { isAllowedOrgId } from '../../orgs/org-rules.js';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from '../../orgs/org-settings.js';
import { type SessionId, sessionId } from '../../sessions/session-id.js';
import { isGivenUserId, type UserId, userId } from '../../users/user-id.js';
import { reviewUser } from '../../users/user-rules.js';
import { UsageError } from './cli-errors.js';

// All of it is checked before anything is connected to: what is typed becomes part of document paths.

export function parseOrgId(text: string): OrgId {
  if (!isAllowedOrgId(text)) throw new UsageError('That is no org id. `orgs list` shows them.');
  return text as OrgId;
}

export function parseKeyId(text: string): KeyId {
  if (!isKeyId(text))
    throw new UsageError('That is no credential key (gh_key_live_… or gh_key_test_…). `credentials list` shows them.');
  return text;
}

export function parseAppId(text: string): AppId {
  if (!appId.is(text)) throw new UsageError('That is no app id (app_…). `apps list` shows them.');
  return text;
}

export function parseUserId(text: string): UserId {
  if (!userId.is(text)) throw new UsageError('That is no user id (usr_…). `users list` shows them.');
  return text;
}

/** Of the main app, whose users need not have come through here. */
export function parseGivenUserId(text: string): UserId {
  if (!isGivenUserId(text))
    throw new UsageError('That is no user id. The Firebase console shows them, under Authentication.');
  return text;
}

export function parseSessionId(text: string): SessionId {
  if (!sessionId.is(text))
    throw new UsageError('That is no session id (ses_…). To end all sessions of a user, give --org and --user.');
  return text;
}

/** A whole number of an option, within its bounds. */
export function parseCount(option: string, text: string, { min = 1, max }: { min?: number; max: number }): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= min && count <= max) return count;
  throw new UsageError(`${option} must be a whole number from ${min} to ${max}.`);
}

const EXPIRES_PROBLEM =
  '--expires must be a time to come: a number of days (30d), a date (2027-01-31) or a time (2027-01-31T12:00:00Z).';
const day = z.iso.date();
const time = z.iso.datetime({ offset: true });

/** A date stands for its first moment in UTC. */
export function parseExpiry(text: string, now: number): Date {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const isDate = day.safeParse(text).success || time.safeParse(text).success;
  const end = days === undefined ? (isDate ? Date.parse(text) : Number.NaN) : now + Number(days) * DAY_MS;
  if (!(end > now)) throw new UsageError(EXPIRES_PROBLEM);
  return new Date(end);
}

export function parseRole(text: string): string {
  const terms = { kyc_status: 'pending', status: 'active', role: 'user' } as const;
  if (!('role' in reviewUser({ ...terms, role: text }, terms).problems)) return text;
  throw new UsageError('The role must be a word of at most 32 small letters, digits, - and _, such as user or admin.');
}

export function parseScopes(texts: readonly string[]): CredentialScope[] {
  return unique(texts).map((text) => {
    const scope = CREDENTIAL_SCOPES.find((known) => known === text);
    if (scope === undefined) throw new UsageError(`--scope must be of ${CREDENTIAL_SCOPES.join(', ')}.`);
    return scope;
  });
}

export function parseNetworks(texts: readonly string[]): string[] {
  const networks = unique(texts);
  if (networks.every(isNetwork)) return networks;
  throw new UsageError('--allow must be an address or a network, such as 203.0.113.7 or 2001:db8::/48.');
}

/** `key=value`; a value that reads as JSON is that, any other is a text. */
export function parseSettings(texts: readonly string[]): Partial<OrgSettings> {
  const settings = texts.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError('--setting must be key=value, such as codeLength=8.');
    if (!Object.hasOwn(DEFAULT_ORG_SETTINGS, name))
      throw new UsageError(`There is no such setting. There are: ${Object.keys(DEFAULT_ORG_SETTINGS).join(', ')}.`);
    return [name, parseValue(value)];
  });
  return Object.fromEntries(settings) as Partial<OrgSettings>;
}

/** For options that can be given more than once, or once with commas. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, ...text.split(',').map((part) => part.trim())];
}

/** For options that can be given more than once, commas being part of them. */
export function collectWhole(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
