import { expect } from 'chai';
import fc from 'fast-check';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import type { TestOrg } from './support/api-client.js';
import { describeMemoryApp } from './support/describe-app.js';
import {
  callRoute,
  credentialsFor,
  isPartners,
  needsSession,
  newCaller,
  sampleOf,
  title,
} from './support/route-samples.js';

/** Cases per route; GATEHOUSE_FUZZ_RUNS=10000 is what H-02 asks of a release. */
const RUNS = Number(process.env['GATEHOUSE_FUZZ_RUNS'] ?? 100);
/** A case that hangs is as bad as a 500. */
const MS_PER_CASE = 200;
/** Tries at a session's password are limited to 10 in 10 minutes; a new session now and then keeps the fuzz going. */
const CASES_PER_SESSION = 8;

/** All that can stand in a header; NUL, CR and LF cannot be sent. */
const headerText = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 60 })
  .map((bytes) => String.fromCharCode(...bytes.filter((byte) => byte !== 0x7f)));

/** UTF-16 units at random: most of it is lone surrogates. */
const brokenText = fc
  .array(fc.oneof(fc.integer({ min: 0xd800, max: 0xdfff }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

/** As deep as 100 kB allow: JSON.parse reads that, what walks the result recursively runs out of stack. */
const DEEP = [
  ...[10, 1_000, 50_000].map((levels) => '['.repeat(levels) + ']'.repeat(levels)),
  ...[10, 1_000, 15_000].map((levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
];
const nested = fc.constantFrom(...DEEP);

/** JSON texts of a value of the wrong kind. */
const hostileJson = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
  brokenText.map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', minLength: 100, maxLength: 2_000 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}', '1e999', '-0', 'null', '""', '[[]]'),
  fc.double().map((number) => String(Number.isFinite(number) ? number : 0)),
  fc.constantFrom('"+12025550123"', '"a@example.com"', '"123-45-6789"', '"2024-02-31"', '"0000"', '"secret"'),
  nested,
);

const credential = fc.oneof(
  { weight: 8, arbitrary: fc.constant(null) },
  {
    weight: 2,
    arbitrary: fc.record({ 'x-partner-key': headerText, 'x-partner-secret': headerText }, { requiredKeys: [] }),
  },
);

const bearer = fc.oneof(
  headerText,
  headerText.map((text) => `Bearer ${text}`),
  fc.array(fc.base64String(), { minLength: 1, maxLength: 6 }).map((parts) => `Bearer ${parts.join('.')}`),
  fc.jsonValue().map((claims) => `Bearer ${base64({ alg: 'none' })}.${base64(claims)}.`),
);
const authorization = fc.option(
  bearer.map((value) => ({ authorization: value })),
  { freq: 1 },
);

const extraHeaders = fc.record(
  {
    'x-request-id': headerText,
    'x-end-user-ip': headerText,
    'x-firebase-appcheck': headerText,
    'x-end-user-agent': headerText,
    'idempotency-key': headerText,
    'content-type': fc.oneof(fc.constant('application/json'), fc.constant('application/json; charset=x'), headerText),
    accept: headerText,
    'accept-language': headerText,
    origin: headerText,
    cookie: headerText,
  },
  { requiredKeys: [] },
);

/** The route's own fields with hostile values in some of them, something else entirely, or no JSON at all. */
function bodyOf(route: Route): fc.Arbitrary<string> {
  const fields = Object.keys(sampleOf(route).shape());
  const shaped = fc
    .dictionary(fc.constantFrom('__proto__', 'extra', 'toString', ...fields), hostileJson, { maxKeys: 4 })
    .map((values) => ({ ...textsOf(sampleOf(route).shape()), ...values }))
    .map(objectOf);
  return fc.oneof({ weight: 6, arbitrary: shaped }, hostileJson, fc.string(), fc.string({ unit: 'binary' }));
}

function casesOf(route: Route) {
  return fc.record({
    raw: bodyOf(route),
    credential,
    authorization,
    headers: extraHeaders,
    query: fc.webQueryParameters(),
  });
}

/** @see CVE-2026-9803 a malformed bearer token was answered with 500 */
describeMemoryApp('H-02: fuzzed requests', (app) => {
  let org: TestOrg;
  /** By whether it is of an org. */
  const sessions = new Map<boolean, { session: string; cases: number }>();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);

  before(async () => {
    org = await app().provision();
    process.on('unhandledRejection', onRejection);
  });
  after(() => process.off('unhandledRejection', onRejection));

  const liveSession = async (route: Route): Promise<string> => {
    const known = sessions.get(isPartners(route));
    const isOver = known === undefined || known.cases >= CASES_PER_SESSION;
    const { session, cases } = isOver ? { ...(await newCaller(app(), org, route)), cases: 0 } : known;
    sessions.set(isPartners(route), { session, cases: cases + 1 });
    return session;
  };
  /** All that the route asks for. */
  const shown = async (route: Route) => {
    return credentialsFor(route, { org, session: needsSession(route) ? await liveSession(route) : '' });
  };

  for (const route of routes) {
    it(`${RUNS} at ${title(route)}: never a 5xx, never an answer that is not declared`, async function () {
      this.timeout(60_000 + RUNS * MS_PER_CASE);
      const statuses = new Map<number, number>();
      const oneCase = fc.asyncProperty(casesOf(route), async ({ credential, authorization, query, ...given }) => {
        const headers = { ...credential, ...authorization, ...given.headers };
        const { org: ofOrg = null, session } = await shown(route);
        const signedIn = session === undefined || authorization !== null ? {} : { session };
        const request = { raw: given.raw, org: credential === null ? ofOrg : null, ...signedIn, headers };
        const response = await callRoute(app(), route, { ...request, path: `${route.path}?${query}` });
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        expect(response.status, response.text).to.be.below(500);
      });
      await fc.assert(oneCase, { numRuns: RUNS });
      console.log(
        `        ${[...statuses]
          .sort()
          .map(([status, count]) => `${status}: ${count}`)
          .join(', ')}`,
      );
      // A fuzz that is refused at the door has tried nothing.
      expect([...statuses.keys()]).to.include.oneOf(needsSession(route) ? [200, 429, 400] : [400]);
    });
  }

  for (const route of routes.filter(({ body }) => body !== null)) {
    it(`JSON ${DEEP.length} ways deep in each field at ${title(route)}`, async () => {
      for (const field of Object.keys(sampleOf(route).shape())) {
        for (const deep of DEEP) {
          const texts = { ...textsOf(sampleOf(route).shape()), [field]: deep };
          const { status, text } = await callRoute(app(), route, { ...(await shown(route)), raw: objectOf(texts) });
          expect(status, text.slice(0, 500)).to.be.below(500);
        }
      }
    });
  }

  it('leaves no rejection unhandled and no error in the log', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rejections).to.deep.equal([]);
    expect(app().logs.filter((line) => line.includes('"severity":"ERROR"'))).to.deep.equal([]);
  });
});

function textsOf(body: object): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, JSON.stringify(value)]));
}

function objectOf(texts: Readonly<Record<string, string>>): string {
  return `{${Object.entries(texts).map(([key, text]) => `${JSON.stringify(key)}:${text}`)}}`;
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
