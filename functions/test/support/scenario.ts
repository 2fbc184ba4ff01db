import { randomInt, randomUUID } from 'node:crypto';
import { type ApiClient, type ApiResponse, expectStatus, type TestOrg } from './api-client.js';

export interface TestUser {
  readonly userId: string;
  readonly email: string;
  readonly phone_number: string;
  readonly password: string;
}

export type ContactField = 'email' | 'phone_number';

/** Where codes are read: the outbox of the stack, or the one in memory. */
export type CodeReader = (to: string) => Promise<string>;

export interface RegisterBody {
  readonly email: string;
  readonly phone_number: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly password: string;
  readonly ssn: string;
  readonly [field: string]: unknown;
}

const AREA_CODES = [202, 212, 213, 312, 404, 415, 503, 602, 617, 702];
/** 200 to 999 without 555, whose numbers are nobody's. */
const EXCHANGES = 799;
let lastNumber = randomInt(4_000 * EXCHANGES * AREA_CODES.length);

/**
 * Counted up from a random start: drawn at random, some of thousands would be the same. Each is of another prefix than the
 * one before, as those of people who have nothing to do with each other are.
 */
function newPhoneNumber(): string {
  lastNumber += 1;
  const exchange = 200 + (lastNumber % EXCHANGES);
  const area = AREA_CODES[Math.floor(lastNumber / EXCHANGES) % AREA_CODES.length];
  const line = Math.floor(lastNumber / EXCHANGES / AREA_CODES.length) + 1_000;
  return `+1${area}${exchange < 555 ? exchange : exchange + 1}${line}`;
}

/** A registration that nobody else has made. */
export function newRegistration(overrides: Readonly<Record<string, unknown>> = {}): RegisterBody {
  return {
    email: `user.${randomUUID()}@example.com`,
    phone_number: newPhoneNumber(),
    first_name: 'Ada',
    last_name: 'Lovelace',
    password: `pass ${randomUUID()}`,
    ssn: `${randomInt(100, 899)}-${randomInt(10, 99)}-${randomInt(1000, 9999)}`,
    ...overrides,
  };
}

/** What users do, a step or a walk at a time. Each step expects to succeed. */
export class Scenario {
  constructor(
    readonly api: ApiClient,
    private readonly readCode: CodeReader,
  ) {}

  async register(org: TestOrg, overrides: Readonly<Record<string, unknown>> = {}): Promise<TestUser> {
    const registration = newRegistration(overrides);
    const { body } = expectStatus(await this.api.post(org, '/partner/auth/register', registration), 201);
    return { userId: body.userId, email: body.email, phone_number: body.phone_number, password: registration.password };
  }

  /** Sends a login code and reads it. */
  async sendLoginCode(org: TestOrg, user: TestUser, by: ContactField = 'email'): Promise<string> {
    expectStatus(await this.api.post(org, '/partner/auth/login', { [by]: user[by], password: user.password }), 200);
    return this.readCode(user[by]);
  }

  verify(org: TestOrg, user: TestUser, code: string, by: ContactField = 'email'): Promise<ApiResponse> {
    return this.api.post(org, '/partner/auth/verify-otp', { [by]: user[by], code });
  }

  /** Password and code; answers the session token. */
  async logIn(org: TestOrg, user: TestUser, by: ContactField = 'email'): Promise<string> {
    const code = await this.sendLoginCode(org, user, by);
    return expectStatus(await this.verify(org, user, code, by), 200).body.sessionToken;
  }

  async sendResetCode(org: TestOrg, user: TestUser, by: ContactField = 'email'): Promise<string> {
    expectStatus(await this.api.post(org, '/partner/auth/forgot-password/send-otp', { [by]: user[by] }), 200);
    return this.readCode(user[by]);
  }

  /** Whether a session token is accepted, asked of a route that needs one. */
  async isLive(org: TestOrg, session: string): Promise<boolean> {
    const response = await this.api.request('/partner/users/me', { method: 'GET', org, session });
    if (response.status !== 401) expectStatus(response, 200);
    return response.status === 200;
  }
}

/** A code of the same length that is surely another. */
export function wrongCode(code: string, distance = 1): string {
  return String((Number(code) + distance) % 10 ** code.length).padStart(code.length, '0');
}
