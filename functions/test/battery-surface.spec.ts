import { expect } from 'chai';
import type { Express } from 'express';
import { openApiDocument } from '../src/http/openapi.js';
import type { Route } from '../src/http/route.js';
import { routes } from '../src/http/routes/index.js';
import { LIMITS } from '../src/limits/limit-policy.js';
import type { ApiRequest, TestOrg } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeMemoryApp } from './support/describe-app.js';
import { appOf } from './support/extra-routes.js';
import { withKey } from './support/idempotent.js';
import { rawRequest } from './support/raw-http.js';
import { callRoute, isPartners, needsSession, sampleOf, title, workingRequest } from './support/route-samples.js';

/** What the function serves that is no operation of an API. */
const SERVICE_PATHS = ['/health', '/openapi.json'];
/** Of HTTP itself, and of every answer. */
const PLAIN_HEADERS = ['cache-control', 'content-length', 'content-type', 'x-content-type-options'];
const CONNECTION_HEADERS = ['connection', 'date', 'keep-alive'];
/** Of what browsers alone ask: whose pages may read the answer. */
const BROWSER_HEADERS = ['access-control-expose-headers', 'vary'];
/** How operations and paths are named in each API. */
const NAMING = {
  partner: { prefix: /^partner[A-Z][A-Za-z]+$/, path: /^\/partner(\/[a-z][a-z0-9-]*|\/:[a-z]+)+$/ },
  account: { prefix: /^account[A-Z][A-Za-z]+$/, path: /^\/auth\/[a-z][A-Za-z]*$/ },
};
/** What a route may ask a caller to show: with nothing at all it would be open to every script. */
const CALLERS = [['org'], ['org', 'session'], ['app_check'], ['account']];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL', 'REPORT'];

/** What is the same for every route before its handler runs: no backend is asked. */
describeMemoryApp('Battery: methods, paths and headers of every route', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  const credentials = () => ({ 'x-partner-key': org.credential.key, 'x-partner-secret': org.credential.secret });

  for (const route of routes) {
    describe(title(route), () => {
      it('H-03: answers other methods with 405 and Allow, TRACE among them', async () => {
        const allowed = routes.filter(({ path }) => path === route.path).map(({ method }) => method as string);
        // HEAD is GET without its body (RFC 9110 9.3.2).
        const refused = METHODS.filter((one) => !allowed.includes(one) && !(one === 'HEAD' && allowed.includes('GET')));
        for (const method of refused) {
          const response = await rawRequest(app().api.baseUrl, { method, path: route.path, headers: credentials() });
          expect(response.status, method).to.equal(405);
          expect(response.headers.allow, method).to.equal(allowed.join(', '));
          expect(response.headers['cache-control']).to.equal('no-store');
          if (method !== 'HEAD') expect(JSON.parse(response.text).error.code).to.equal('method_not_allowed');
          // TRACE would answer with the request's own headers, secrets among them.
          expect(response.text).not.to.include(org.credential.secret);
        }
      });

      /** @see GHSA-x732-6j76-qmhm a path that is read in two ways slips past what guards the other */
      it('A-04: knows no other spelling of its path', async () => {
        const { path, method } = route;
        const last = path.at(-1) ?? '';
        const [, api = ''] = path.split('/');
        const hex = last.charCodeAt(0).toString(16);
        const variants = [
          `/${path}`,
          `${path}/`,
          `${path}//`,
          path.replace(`/${api}/`, `/${api}//`),
          path.toUpperCase(),
          path.replace(api, `${api[0]?.toUpperCase()}${api.slice(1)}`),
          `${path.slice(0, -1)}%${hex}`,
          path.replace(`/${api}/`, `/${api}%2f`),
          path.replace(`/${api}/`, `/${api}/./`),
          path.replace(`/${api}/`, `/x/../${api}/`),
          path.replace(`/${api}/`, `/${api}/%2e/`),
          `${path};x=1`,
          `${path}%00`,
          `${path}%`,
          `${path}%20`,
          `${path}.json`,
          `/api${path}`,
          path.replace(`/${api}/`, `/${api}\\`),
        ];
        const body = method === 'GET' ? {} : { body: JSON.stringify(sampleOf(route).shape()) };
        for (const variant of variants) {
          const response = await rawRequest(app().api.baseUrl, {
            method,
            path: variant,
            headers: { ...credentials(), 'content-type': 'application/json' },
            ...body,
          });
          expect(response.status, `${variant}: ${response.text}`).to.equal(404);
          expect(response.text, variant).not.to.include(org.org.orgId);
        }
      });

      it('keeps a well-formed X-Request-Id and replaces any other', async () => {
        const ask = async (headers: ApiRequest['headers']) => {
          const response = await callRoute(app(), route, {
            org,
            headers: headers ?? {},
            body: sampleOf(route).shape(),
          });
          return response.headers.get('x-request-id') ?? '';
        };
        for (const id of ['a', 'b4d1:f.0_1-2', 'x'.repeat(128)]) expect(await ask({ 'x-request-id': id })).to.equal(id);
        const made = new Set<string>();
        for (const id of ['', ' ', 'x'.repeat(129), 'a b', '<script>', '\u00e9', '{"a":1}', 'a,b', 'a/b']) {
          const answered = await ask({ 'x-request-id': id });
          expect(answered, id).to.match(/^[0-9a-f-]{36}$/);
          made.add(answered);
        }
        expect(made.size).to.equal(9);
      });

      it('H-03: refuses headers over 16 kB', async () => {
        const headers = { ...credentials(), 'x-padding': 'x'.repeat(17_000) };
        const { status } = await rawRequest(app().api.baseUrl, { method: route.method, path: route.path, headers });
        expect(status).to.equal(431);
      });

      if (isPartners(route)) {
        it('takes X-Api-Key and X-Api-Secret as well', async () => {
          const headers = { 'x-api-key': org.credential.key, 'x-api-secret': org.credential.secret };
          const ask = (credentialsOf: ApiRequest) =>
            callRoute(app(), route, { ...credentialsOf, body: sampleOf(route).shape() });
          const [named, aliased] = [await ask({ org }), await ask({ headers })];
          expect(aliased.status).to.equal(named.status);
          expect(aliased.text).not.to.include('invalid_client');
          if (needsSession(route)) expect(masked(aliased)).to.deep.equal(masked(named));
        });
      }

      it('H-08: declares all that is asked of a route', () => {
        const { prefix, path } = NAMING[isPartners(route) ? 'partner' : 'account'];
        expect(route.operationId).to.match(prefix);
        expect(routes.filter(({ operationId }) => operationId === route.operationId)).to.have.length(1);
        expect(route.summary.length).to.be.above(10);
        expect(route.path).to.match(path);
        expect(CALLERS).to.deep.include([...route.credentials]);
        for (const limit of route.limits) expect(LIMITS).to.have.property(limit);
        if (route.method === 'GET') expect(route.body).to.equal(null);
        sampleOf(route);
      });

      it('H-08: sends the headers that the document promises, and no other', async () => {
        const { request } = await workingRequest(app(), org, route);
        const keyed = withKey(request, `headers of ${route.operationId}`);
        const answers = [await callRoute(app(), route, keyed)];
        if (route.idempotency === 'honoured') answers.push(await callRoute(app(), route, keyed));
        for (const [index, { status, headers }] of answers.entries()) {
          const promised = namesOf(documentOf(route).responses[status]?.headers ?? {});
          const expected = promised.filter((name) => index > 0 || name !== 'idempotency-replayed');
          const sent = [...headers.keys()].filter((name) => !ownHeaders(route).includes(name));
          expect(sent.sort()).to.deep.equal(expected.sort());
        }
      });

      it('H-08: documents the headers of its requests and of its errors', () => {
        const { parameters, responses } = documentOf(route);
        expect(parameters.map(({ $ref }) => $ref.split('/').at(-1))).to.deep.equal([
          'RequestId',
          ...(isPartners(route) ? ['EndUserIp', 'EndUserAgent'] : []),
          'AcceptLanguage',
          ...(route.idempotency === 'honoured' ? ['IdempotencyKey'] : []),
        ]);
        for (const [status, { headers }] of Object.entries(responses)) {
          expect(namesOf(headers), status).to.include.members(['x-request-id', 'ratelimit', 'ratelimit-policy']);
          expect('Retry-After' in headers, status).to.equal(['409', '429', '503'].includes(status));
        }
        expect(responses[429]?.headers).not.to.have.property('Idempotency-Replayed');
      });

      it('H-08: declares its one success with a schema that says something', () => {
        expect(Object.keys(route.responses)).to.have.length(1);
        for (const [status, { description, schema }] of Object.entries(route.responses)) {
          expect(status).to.match(/^2\d\d$/);
          expect(description.length).to.be.above(5);
          for (const anything of ['anything', {}, []]) expect(schema.safeParse(anything).success).to.equal(false);
        }
      });
    });
  }

  it('H-08: Express, the declarations and the OpenAPI document know the same operations', async () => {
    const { api } = app();
    const operations = (paths: Record<string, object>) =>
      Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    const declared = routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`).sort();
    const served = (await api.request('/openapi.json', { method: 'GET' })).body;
    expect(operations(served.paths).sort()).to.deep.equal(declared);
    expect(served).to.deep.equal(JSON.parse(JSON.stringify(openApiDocument(routes))));
    for (const [, reference = ''] of JSON.stringify(served).matchAll(/"\$ref":"#\/components\/([^"]+)"/g))
      expect(served.components).to.have.nested.property(reference.replace('/', '.'));

    const express = appOf(app(), routes);
    const expected = [...declared, ...SERVICE_PATHS.map((path) => `get ${path}`)].sort();
    expect(operationsOf(express)).to.deep.equal(expected);
  });

  it('answers unknown paths with 404 in the envelope of their API, and nothing else', async () => {
    for (const path of [
      '/partner',
      '/partner/',
      '/partner/auth',
      '/partner/admin',
      '/partner/auth/login/x',
      '/partner/__proto__',
      '/auth',
      '/auth/',
      '/auth/admin',
      '/auth/login/x',
      '/auth/__proto__',
    ]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, text, headers } = await rawRequest(app().api.baseUrl, { method, path, headers: credentials() });
        expect(status, `${method} ${path}`).to.equal(404);
        expect(JSON.parse(text)).to.have.nested.property('error.code', 'not_found');
        expect(JSON.parse(text).statusCode).to.equal(path.startsWith('/auth') ? 404 : undefined);
        expect(headers['cache-control']).to.equal('no-store');
        expect(headers['x-powered-by'] ?? headers.etag).to.equal(undefined);
      }
    }
  });
});

interface DocumentedOperation {
  readonly parameters: readonly { readonly $ref: string }[];
  readonly responses: Readonly<Record<string, { readonly headers: Readonly<Record<string, object>> }>>;
}

function documentOf({ path, method }: Route): DocumentedOperation {
  const { paths } = openApiDocument(routes) as { paths: Record<string, Record<string, DocumentedOperation>> };
  const operation = paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not documented`);
  return operation;
}

/** What no route declares: HTTP's own. */
function ownHeaders(route: Route): readonly string[] {
  return [...PLAIN_HEADERS, ...CONNECTION_HEADERS, ...(isPartners(route) ? [] : BROWSER_HEADERS)];
}

function namesOf(headers: Readonly<Record<string, object>>): string[] {
  return Object.keys(headers).map((name) => name.toLowerCase());
}

/** What Express routes; `all` handlers refuse methods and are no operations. */
function operationsOf(express: Express): string[] {
  const layers = express.router.stack.flatMap(({ route }) => (route === undefined ? [] : [route]));
  const operations = layers.filter(({ stack }) => stack.length < METHODS.length);
  return operations
    .flatMap(({ path, stack }) =>
      stack.filter(({ method }) => method !== undefined).map(({ method }) => `${method} ${path}`),
    )
    .sort();
}
