import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/clock.js';

/** At most `limit` in each fixed window of `windowMs`. Windows end at multiples of their length since the epoch. */
export interface WindowLimit {
  readonly name: string;
  readonly limit: number;
  /** The most that an org's settings can widen it to. */
  readonly ceiling: number;
  readonly windowMs: number;
}

/** Whose requests are counted together. */
export type LimitAxis = 'credential' | 'org' | 'address' | 'account' | 'destination';

/**
 * `exact`: every use is counted in the database before the work is done, so that exactly as many as allowed get through
 * however many come at once. `leased`: an instance takes permits in batches, so that traffic costs next to no writes.
 */
export type Counting = 'exact' | 'leased';

interface LimitPolicy {
  readonly per: LimitAxis;
  readonly counting: Counting;
  readonly windows: readonly WindowLimit[];
  /** The setting of an org that the window has to itself, where `limits` does not set it. */
  readonly setBy?: string;
  /** Of the main app: no org has it to set. */
  readonly isOfMainApp?: true;
  /** What an instance admits in each window before it asks for permits; `LOCAL_BURST` unless given. */
  readonly burst?: number;
}

/**
 * Every limit there is, by the name under which routes declare it. An org's settings may set any window by its name, from
 * 1 to its ceiling. Figures are ours where no source is named.
 */
export const LIMITS = {
  /** A guard against loops and leaked credentials, not a price list: 2,000 requests a second. */
  credential_requests: {
    per: 'credential',
    counting: 'leased',
    windows: [{ name: 'credential1m', limit: 120_000, ceiling: 600_000, windowMs: MINUTE_MS }],
  },
  org_requests: {
    per: 'org',
    counting: 'leased',
    windows: [{ name: 'org1m', limit: 120_000, ceiling: 600_000, windowMs: MINUTE_MS }],
  },
  /** Per IPv4 address or IPv6 /64 of an org's users: an office behind one address is to fit in. */
  address_requests: {
    per: 'address',
    counting: 'leased',
    windows: [{ name: 'address1m', limit: 300, ceiling: 6_000, windowMs: MINUTE_MS }],
  },
  /** The same of clients that call by themselves, many of them through one gateway of their carrier. */
  public_requests: {
    per: 'address',
    counting: 'leased',
    windows: [{ name: 'public1m', limit: 600, ceiling: 600, windowMs: MINUTE_MS }],
    isOfMainApp: true,
  },
  /** Passwords tried for one account, right or wrong, from anywhere. */
  password_tries: {
    per: 'account',
    counting: 'exact',
    windows: [{ name: 'tries1d', limit: 100, ceiling: 100, windowMs: DAY_MS }],
  },
  /** The same from one client: what somebody else tries does not keep the account's owner out (CVE-2024-1722). */
  client_password_tries: {
    per: 'account',
    counting: 'exact',
    windows: [{ name: 'tries10m', limit: 10, ceiling: 20, windowMs: 10 * MINUTE_MS }],
  },
  /**
   * Messages of one kind (login codes, reset codes, notices) to one contact, over all orgs (NIST SP 800-63B-4 3.2.2, Twilio
   * on SMS pumping). One kind at a time: who asks for somebody's reset codes must not keep them from logging in.
   */
  code_sends: {
    per: 'destination',
    counting: 'exact',
    windows: [
      { name: 'sends10m', limit: 3, ceiling: 5, windowMs: 10 * MINUTE_MS },
      { name: 'sends1h', limit: 5, ceiling: 10, windowMs: HOUR_MS },
      { name: 'sends1d', limit: 10, ceiling: 30, windowMs: DAY_MS },
    ],
  },
  /** Accounts of the main app that one address signs up, each of which costs a mail: a carrier's gateway is to fit in. */
  account_signups: {
    per: 'address',
    counting: 'exact',
    windows: [{ name: 'signups1h', limit: 300, ceiling: 300, windowMs: HOUR_MS }],
    isOfMainApp: true,
  },
  /** Text messages that one address asks for, as whichever users of the main app: anybody can be any number of them. */
  address_texts: {
    per: 'address',
    counting: 'exact',
    windows: [{ name: 'texts1h', limit: 100, ceiling: 100, windowMs: HOUR_MS }],
    isOfMainApp: true,
  },
  /** Numbers that one user of the main app asks codes for: each is another destination, and each answer says whose it is. */
  phone_verifications: {
    per: 'account',
    counting: 'exact',
    windows: [
      { name: 'phones1h', limit: 5, ceiling: 5, windowMs: HOUR_MS },
      { name: 'phones1d', limit: 10, ceiling: 10, windowMs: DAY_MS },
    ],
    isOfMainApp: true,
  },
  /** Text messages of an org. The window is set by `smsPerDay`. */
  org_sms: {
    per: 'org',
    counting: 'leased',
    windows: [{ name: 'sms1d', limit: 10_000, ceiling: 1_000_000, windowMs: DAY_MS }],
    setBy: 'smsPerDay',
    burst: 0,
  },
} as const satisfies Readonly<Record<string, LimitPolicy>>;

export type LimitName = keyof typeof LIMITS;
type Counted<How extends Counting> = {
  [Name in LimitName]: (typeof LIMITS)[Name]['counting'] extends How ? Name : never;
}[LimitName];
export type ExactLimitName = Counted<'exact'>;
export type LeasedLimitName = Counted<'leased'>;

/** What an instance admits of a leased limit before it asks for permits. */
export function burstOf(name: LeasedLimitName): number {
  const { burst = LOCAL_BURST }: LimitPolicy = LIMITS[name];
  return burst;
}

export function isLeased(name: LimitName): name is LeasedLimitName {
  return LIMITS[name].counting === 'leased';
}

/** An org's own limits, by the names of windows. */
export type LimitSettings = Readonly<Record<string, number>>;

/** The windows of a policy as they are for an org: as it set them, within our bounds whatever its document says. */
export function windowsOf(name: LimitName, settings?: LimitSettings | null): readonly WindowLimit[] {
  return LIMITS[name].windows.map((window) => {
    const own = settings?.[window.name];
    if (typeof own !== 'number' || !Number.isFinite(own)) return window;
    return { ...window, limit: Math.trunc(Math.min(window.ceiling, Math.max(1, own))) };
  });
}

/** The most that an org may set a window to, by its name. */
export function windowCeiling(name: string): number | undefined {
  const windows = Object.values<LimitPolicy>(LIMITS).flatMap(({ setBy, isOfMainApp, windows }) =>
    setBy === undefined && !isOfMainApp ? windows : [],
  );
  return windows.find((window) => window.name === name)?.ceiling;
}

/** Counters and failures of a subject are kept together for this long, then begun anew. A multiple of every window. */
export const LIMIT_PERIOD_MS = 30 * DAY_MS;
/** How long an instance refuses by itself what it knows to be full; an unlocking elsewhere takes as long to get here. */
export const REFUSAL_MEMORY_MS = 30 * SECOND_MS;
/** The same where it is not sure yet which window is full: counts of other requests are still to be given back. */
export const UNSURE_REFUSAL_MEMORY_MS = SECOND_MS;
/** Subjects of which an instance remembers that they are refused, or how many permits it holds. */
export const LOCAL_SUBJECTS = 10_000;

/** Uses that an instance admits in each window before it asks for permits: a user's own few requests cost no write. */
export const LOCAL_BURST = 10;
/** Permits that an instance takes at least; with a rate to go by it takes what lasts for about `LEASE_MS`. */
export const LEASE_MIN = 10;
/**
 * With ten instances at work, one document is written every four to five seconds (Firestore asks for at most one a
 * second); a first batch, taken after ten uses, may be a third of what it should be.
 */
export const LEASE_MS = 45 * SECOND_MS;
/** No instance takes more than this part of a window's limit at once. */
export const LEASE_MAX_SHARE = 0.1;
/** How long an instance leaves a document alone that is written too often. */
export const OVERLOAD_PAUSE_MS = 2 * SECOND_MS;
