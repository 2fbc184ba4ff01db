import { expect } from 'chai';
import type { TestOrg } from './support/api-client.js';
import { describeMemoryApp } from './support/describe-app.js';
import { lineOf } from './support/log-lines.js';
import { rawRequest } from './support/raw-http.js';

const TRACE = '105445aa7843bc8bf206b12000100000';
const TRACE_FIELD = 'logging.googleapis.com/trace';
const LOGIN = '/partner/auth/login';

const ESC = String.fromCharCode(27);
/** As UTF-8 on the wire, which is how Node takes header values from a string of bytes. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');
/** CR, LF and most control characters cannot be sent in a header; in a path they are escaped. */
const HOSTILE: Readonly<Record<string, string>> = {
  quotes: '"},"severity":"ERROR","message":"forged"}',
  backslashes: '\\"\\u000aforged\\',
  tabs: 'a\tforged',
  'the C1 control CSI': '\u009b31mforged\u009b0m',
  'line separators': bytes('\u2028forged\u2029\u0085'),
  'ANSI, escaped': `${encodeURIComponent(`${ESC}[2J`)}forged`,
  'CRLF, escaped': '%0d%0aforged',
  long: `forged${'x'.repeat(7_000)}`,
  'a template': ['$', '{jndi:ldap://forged}'].join(''),
  'a regular expression’s nightmare': `${'0'.repeat(3_000)}/forged`,
};
const FORGED = /forged|x{8}|0{11}|%0[da]/;
const HEADERS = [
  'x-request-id',
  'x-cloud-trace-context',
  'traceparent',
  'user-agent',
  'referer',
  'x-end-user-ip',
  'x-end-user-agent',
  'x-forwarded-for',
  'idempotency-key',
  'authorization',
  'x-partner-key',
  'x-partner-secret',
  'content-type',
  'origin',
];

describeMemoryApp('L-01: what callers send stays out of the log', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  const credentials = () => ({ 'x-partner-key': org.credential.key, 'x-partner-secret': org.credential.secret });
  const send = (path: string, headers: Record<string, string>, method = 'POST') =>
    rawRequest(app().api.baseUrl, { method, path, headers, body: method === 'GET' ? '' : '{"email":"a\\u2028b"}' });

  for (const [name, value] of Object.entries(HOSTILE)) {
    it(`${name} in any header: one line, without it`, async () => {
      for (const header of HEADERS) {
        const withoutAny = await lineOf(app(), () => send(LOGIN, { [header]: value }));
        const { text, others } = await lineOf(app(), () => send(LOGIN, { ...credentials(), [header]: value }));
        for (const logged of [text, withoutAny.text]) expect(logged, header).not.to.match(FORGED);
        expect([...others, ...withoutAny.others], header).to.deep.equal([]);
      }
    });

    it(`${name} in the path: one line, without it`, async () => {
      const inPath = encodeURIComponent(value).slice(0, 2_000);
      for (const path of [`/${inPath}`, `${LOGIN}/${inPath}`, `${LOGIN}?email=${inPath}`, `${LOGIN}%00${inPath}`]) {
        const { line, text } = await lineOf(app(), () => send(path, credentials()));
        expect(text).not.to.match(FORGED);
        expect(line['route']).to.equal(path.startsWith(`${LOGIN}?`) ? `POST ${LOGIN}` : 'unknown');
      }
    });
  }

  for (const [path, method, status] of [
    ['/', 'GET', 404],
    ['/partner/auth/nothing', 'POST', 404],
    ['/partner/users/usr_someone', 'GET', 404],
    [LOGIN, 'DELETE', 405],
    ['/health', 'GET', 200],
    ['/openapi.json', 'GET', 200],
    ['/health', 'POST', 405],
  ] as const) {
    it(`${method} ${path} is no operation: one line, without an event`, async () => {
      const { line, others, text } = await lineOf(app(), () => send(path, {}, method));
      expect(line).to.deep.include({ message: 'request', route: 'unknown', status });
      expect(line).not.to.have.any.keys('event', 'orgId', 'keyId', 'uid');
      expect(others).to.deep.equal([]);
      expect(text).not.to.include('usr_someone');
    });
  }

  describe('the trace', () => {
    const traceOf = async (headers: Record<string, string>) =>
      (await lineOf(app(), () => send(LOGIN, headers))).line[TRACE_FIELD];
    const expected = `projects/demo-gatehouse/traces/${TRACE}`;

    it('is taken from X-Cloud-Trace-Context, or from traceparent', async () => {
      expect(await traceOf({ 'x-cloud-trace-context': `${TRACE}/123;o=1` })).to.equal(expected);
      expect(await traceOf({ traceparent: `00-${TRACE}-00f067aa0ba902b7-01` })).to.equal(expected);
      const other = `00-${'a'.repeat(32)}-00f067aa0ba902b7-01`;
      expect(await traceOf({ 'x-cloud-trace-context': `${TRACE}/1`, traceparent: other })).to.equal(expected);
    });

    it('is not made of anything else', async () => {
      for (const value of ['', TRACE, `${TRACE.toUpperCase()}/1`, `x${TRACE}/1`, `${TRACE}0/1`, '../../1'])
        expect(await traceOf({ 'x-cloud-trace-context': value }), value).to.equal(undefined);
      for (const value of [`00-${TRACE}`, `00-${TRACE}x-1-1`, `zz-${TRACE}-1-1`])
        expect(await traceOf({ traceparent: value }), value).to.equal(undefined);
      expect(await traceOf({})).to.equal(undefined);
    });
  });
});
