import { randomInt, randomUUID } from 'node:crypto';
import { type ApiClient, type ApiRequest, type ApiResponse, expectStatus } from './api-client.js';
import { type CodeReader, newRegistration } from './scenario.js';

export interface AccountUser {
  readonly uid: string;
  readonly email: string;
  readonly password: string;
  /** Of the session that signing up has opened. */
  readonly token: string;
}

export interface SignupBody {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly [field: string]: unknown;
}

/** A sign-up that nobody else has made. */
export function newSignup(overrides: Readonly<Record<string, unknown>> = {}): SignupBody {
  const { email, password, first_name: firstName, last_name: lastName } = newRegistration();
  return { email, password, firstName, lastName, ...overrides };
}

export function newPhone(): string {
  return newRegistration().phone_number;
}

let lastAddress = randomInt(2 ** 24);

/** Of somebody who has not called yet: what one address may do is not what most tests are about. */
export function newAddress(): string {
  lastAddress = (lastAddress + 1) % 2 ** 24;
  return `10.${lastAddress >> 16}.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
}

/** As the platform's front end says where a call comes from. */
export function from(address = newAddress()): ApiRequest {
  return { headers: { 'x-forwarded-for': address } };
}

export function newPassword(): string {
  return `pass ${randomUUID()}`;
}

/** What users of the main app do, a step at a time. Each step expects to succeed. */
export class AccountScenario {
  constructor(
    readonly api: ApiClient,
    private readonly readCode: CodeReader,
  ) {}

  /** Calls `/auth/<operation>`, with a token as the bearer where one is given. */
  call(operation: string, body: unknown, token?: string, request: ApiRequest = {}): Promise<ApiResponse> {
    return this.api.request(`/auth/${operation}`, {
      ...request,
      body,
      ...(token === undefined ? {} : { session: token }),
    });
  }

  async signUp(overrides: Readonly<Record<string, unknown>> = {}): Promise<AccountUser> {
    const signup = newSignup(overrides);
    const { data } = expectStatus(await this.call('signup', signup, undefined, from()), 200).body;
    return { uid: data.uid, email: data.email, password: signup.password, token: data.token };
  }

  /** Answers a token. */
  async logIn({ email, password }: Pick<AccountUser, 'email' | 'password'>): Promise<string> {
    return expectStatus(await this.call('login', { email, password }), 200).body.data.token;
  }

  /** Asks for a reset code and reads it. */
  async sendResetCode({ email }: Pick<AccountUser, 'email'>): Promise<string> {
    expectStatus(await this.call('forgotPassword', { email }), 200);
    return this.readCode(email);
  }

  /** The code that signing up has sent, or another one. */
  async sendEmailCode({ email }: Pick<AccountUser, 'email'>, token: string): Promise<string> {
    expectStatus(await this.call('requestEmailVerification', {}, token), 200);
    return this.readCode(email);
  }

  async sendPhoneCode(phone: string, token: string): Promise<string> {
    expectStatus(await this.call('requestPhoneVerification', { phone }, token, from()), 200);
    return this.readCode(phone);
  }

  /** A number that is the user's from here on. */
  async verifyPhone(token: string, phone = newPhone()): Promise<string> {
    const code = await this.sendPhoneCode(phone, token);
    expectStatus(await this.call('verifyPhone', { phone, code }, token), 200);
    return phone;
  }

  /** Whether a token is accepted, asked of an operation that changes nothing. */
  async isLive(token: string): Promise<boolean> {
    const response = await this.call('refreshToken', {}, token);
    if (response.status !== 401) expectStatus(response, 200);
    return response.status === 200;
  }
}
