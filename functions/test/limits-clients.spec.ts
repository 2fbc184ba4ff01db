import { expect } from 'chai';
import { z } from 'zod';
import { defineRoute, type Route } from '../src/http/route.js';
import { LIMITS } from '../src/limits/limit-policy.js';
import { type ApiClient, type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeMemoryApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { serveRoutes } from './support/extra-routes.js';
import { askLimited, exceededBy, standingsOf } from './support/rate-limits.js';
import { rawRequest } from './support/raw-http.js';
import { times } from './support/spy-limit-store.js';
import { holdEach } from './support/test-clock.js';

/** Of one network. */
const ADDRESSES = dose(400, 10_000);
/** Of one address: more than it has requests in a minute. */
const SPOOFED = dose(700, 1_000);

const answered = { 200: { description: 'Answered.', schema: z.object({ ok: z.boolean() }) } };
const common = { api: 'partner', method: 'GET', summary: 'Of this test alone', limits: [], errors: [] } as const;
const ok = async () => ({ status: 200, body: { ok: true } });

/** New routes, with no code for limits of their own. */
const newRoutes: readonly Route[] = [
  defineRoute(
    {
      ...common,
      path: '/partner/open',
      operationId: 'open',
      event: 'test.open',
      credentials: [],
      scope: null,
      idempotency: 'none',
      body: null,
      responses: answered,
    },
    ok,
  ),
  defineRoute(
    {
      ...common,
      path: '/partner/closed',
      operationId: 'closed',
      event: 'test.closed',
      credentials: ['org'],
      scope: 'auth',
      idempotency: 'none',
      body: null,
      responses: answered,
    },
    ok,
  ),
];

describeMemoryApp('Limits of every request', (app) => {
  let api: ApiClient;
  let close: () => Promise<void>;
  before(async () => {
    ({ api, close } = await serveRoutes(app(), newRoutes));
  });
  after(() => close());
  // No minute ends in the middle of a flood.
  holdEach(() => app().clock);
  const limited = (ask: () => Promise<ApiResponse>) => askLimited(app().clock, ask);

  /** Asks so often, a few at a time, and counts the answers by status. Every 429 is checked. */
  async function flood(count: number, ask: (index: number) => Promise<ApiResponse>): Promise<Record<number, number>> {
    const statuses: Record<number, number> = {};
    const AT_ONCE = 50;
    for (let done = 0; done < count; done += AT_ONCE) {
      const batch = times(Math.min(AT_ONCE, count - done), (index) => limited(() => ask(done + index)));
      for (const { status } of await Promise.all(batch)) statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return statuses;
  }

  async function expectOneBucket(limit: number, count: number, ask: (index: number) => Promise<ApiResponse>) {
    expect(await flood(count, ask)).to.deep.equal({ 200: limit, 429: count - limit });
  }

  const closed = (org: TestOrg, ip?: string) =>
    api.request('/partner/closed', { method: 'GET', org, headers: ip === undefined ? {} : { 'x-end-user-ip': ip } });
  const open = (forwarded: string) =>
    api.request('/partner/open', { method: 'GET', headers: { 'x-forwarded-for': forwarded } });

  it(`A-02: ${ADDRESSES} addresses of one /64 are one`, async () => {
    const org = await app().provision('Crowded', { limits: { address1m: 20 } });
    const hex = (index: number) => index.toString(16);
    await expectOneBucket(20, ADDRESSES, (index) =>
      closed(org, `2001:db8:1:2:${hex(index)}:${hex((index * 7) % 65_536)}::1`),
    );
    expectStatus(await closed(org, '2001:db8:1:3::1'), 200);
  });

  /** @see CVE-2026-45364 */
  it('A-02: 5 spellings of an address are one, and a mapped IPv4 address is its IPv4 address', async () => {
    const org = await app().provision('Spellings', { limits: { address1m: 5 } });
    const forms = ['2001:db8::1', '2001:DB8::0001', '2001:0db8:0:0:0:0:0:1', '2001:db8:0:0::1', '2001:db8::0.0.0.1'];
    await expectOneBucket(5, 20, (index) => closed(org, forms[index % 5]));
    const mapped = ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:0207'];
    await expectOneBucket(5, 20, (index) => closed(org, mapped[index % 3]));
    expectStatus(await closed(org, '192.0.2.8'), 200);
  });

  it('an address of one org’s users is nothing to another org', async () => {
    const [one, other] = [await app().provision('One', { limits: { address1m: 3 } }), await app().provision('Other')];
    await expectOneBucket(3, 10, () => closed(one, '192.0.2.9'));
    expectStatus(await closed(other, '192.0.2.9'), 200);
  });

  it('a partner’s backend is not limited by its own address', async () => {
    const { limit } = LIMITS.address_requests.windows[0];
    const org = await app().provision();
    const told = await flood(limit + 50, () => closed(org));
    expect(told).to.deep.equal({ 200: limit + 50 });
    expect([...standingsOf(await closed(org)).keys()]).to.deep.equal(['credential1m', 'org1m']);
  });

  it(`A-03: ${SPOOFED} spoofed X-Forwarded-For are one bucket`, async () => {
    const { limit } = LIMITS.public_requests.windows[0];
    await expectOneBucket(limit, SPOOFED, (index) => open(`10.0.${index >> 8}.${index & 255}, 203.0.113.50`));
    expectStatus(await open('203.0.113.51'), 200);
  });

  it('A-03: clients of whom the front end says nothing that is an address are one bucket', async () => {
    const { limit } = LIMITS.public_requests.windows[0];
    await expectOneBucket(limit, 700, (index) => open(`10.0.0.1, unknown-${index}`));
  });

  it('a new route inherits its limits, their fields and their refusals', async () => {
    const limits = { credential1m: 7, org1m: 5, address1m: 3 };
    const org = await app().provision('Inherits', { limits });
    const first = standingsOf(expectStatus(await closed(org, '192.0.2.1'), 200));
    expect(
      [...first.values()].map(({ name, quota, windowSeconds, remaining }) => [name, quota, windowSeconds, remaining]),
    ).to.deep.equal([
      ['address1m', 3, 60, 2],
      ['credential1m', 7, 60, 6],
      ['org1m', 5, 60, 4],
    ]);
    for (const [index, window] of [
      [1, 'address1m'],
      [2, 'org1m'],
    ] as const) {
      const refused = await until429(() => closed(org, `192.0.2.${index}`));
      expect(exceededBy(expectError(refused, 429, 'rate_limited'))).to.include(window);
    }
    const tight = await app().provision('Tight', { limits: { credential1m: 2 } });
    expect(exceededBy(await until429(() => closed(tight)))).to.deep.equal(['credential1m']);
  });

  it('a new route without credentials inherits the limit of addresses', async () => {
    const told = standingsOf(expectStatus(await open('198.51.100.1'), 200));
    const { limit } = LIMITS.public_requests.windows[0];
    expect([...told.values()].map(({ name, quota }) => [name, quota])).to.deep.equal([['public1m', limit]]);
    expect(exceededBy(await until429(() => open('198.51.100.1')))).to.deep.equal(['public1m']);
  });

  it('nobody is told of limits before their credentials are known', async () => {
    const org = await app().provision();
    const headers = { 'x-partner-key': org.credential.key, 'x-partner-secret': 'wrong' };
    const refused = await api.request('/partner/closed', { method: 'GET', headers });
    expect(standingsOf(expectError(refused, 401, 'invalid_client')).size).to.equal(0);
  });

  /** @see GHSA-x732-6j76-qmhm */
  it('A-04: 8 variants of a path share its limit or do not exist', async () => {
    const org = await app().provision('Variants', { limits: { org1m: 4 } });
    await until429(() => closed(org));
    const path = '/partner/closed';
    const variants = [`/${path}`, `${path}/`, '/partner//closed', '/PARTNER/closed', '/partner/Closed'];
    for (const variant of [
      ...variants,
      '/partner/close%64',
      '/partner/./closed',
      '/x/../partner/closed',
      `${path}?a=b`,
    ]) {
      const headers = { 'x-partner-key': org.credential.key, 'x-partner-secret': org.credential.secret };
      const { status } = await rawRequest(api.baseUrl, { method: 'GET', path: variant, headers });
      expect(status, variant).to.be.oneOf(variant.includes('?') ? [429] : [404, 429]);
    }
  });

  async function until429(ask: () => Promise<ApiResponse>): Promise<ApiResponse> {
    for (let asked = 0; asked < 1_000; asked += 1) {
      const response = await limited(ask);
      if (response.status === 429) return response;
    }
    throw new Error('never refused');
  }
});
