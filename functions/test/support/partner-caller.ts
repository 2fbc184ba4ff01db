import { TEST_CODE } from '../../src/contacts/test-contact.js';
import type { ApiResponse, TestOrg } from './api-client.js';
import type { TestApp } from './describe-app.js';
import type { ContactField, TestUser } from './scenario.js';

export const NEW_PASSWORD = 'quite a new one';
let lastNumber = 100;
/** Of a reserved range, and nobody's yet. */
const newTestPhone = () => `+12025550${lastNumber++}`;

/** What a partner's own tests ask of an org. Whether it is granted, the spec says. */
export class Caller {
  constructor(
    private readonly app: TestApp,
    private readonly org: TestOrg,
  ) {}

  register(contacts: Partial<Record<ContactField, string>> = {}): Promise<TestUser> {
    return this.app.scenario.register(this.org, { phone_number: newTestPhone(), ...contacts });
  }

  logIn(user: TestUser, by: ContactField = 'email', password = user.password): Promise<ApiResponse> {
    return this.post('login', { [by]: user[by], password });
  }

  verify(user: TestUser, by: ContactField = 'email', code = TEST_CODE): Promise<ApiResponse> {
    return this.app.scenario.verify(this.org, user, code, by);
  }

  sendReset(user: Partial<TestUser>, by: ContactField = 'email'): Promise<ApiResponse> {
    return this.post('forgot-password/send-otp', { [by]: user[by] });
  }

  reset(user: TestUser, by: ContactField = 'email', code = TEST_CODE): Promise<ApiResponse> {
    return this.post('forgot-password/reset', { [by]: user[by], code, new_password: NEW_PASSWORD });
  }

  private post(path: string, body: unknown): Promise<ApiResponse> {
    return this.app.api.post(this.org, `/partner/auth/${path}`, body);
  }
}
