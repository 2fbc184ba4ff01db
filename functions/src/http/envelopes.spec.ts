import { expect } from 'chai';
import { z } from 'zod';
import { type ApiName, successBody, successSchema } from './envelopes.js';
import { openApiDocument } from './openapi.js';
import type { Route } from './route.js';
import { routes } from './routes/index.js';

const BARE: readonly ApiName[] = ['partner', 'token-exchange', 'app', 'service'];

describe('The envelope of a success', () => {
  const data = z.object({ token: z.string() });

  it('stands around every answer of the Account API, byte for byte as its page has it', () => {
    const body = JSON.stringify(successBody('account', { token: 't' }, 200));
    expect(body).to.equal('{"success":true,"statusCode":200,"data":{"token":"t"},"error":null}');
    const empty = JSON.stringify(successBody('account', null, 202));
    expect(empty).to.equal('{"success":true,"statusCode":202,"data":null,"error":null}');
  });

  it('is declared as it is sent', () => {
    const schema = successSchema('account', data, 200);
    const sent = successBody('account', { token: 't' }, 200);
    expect(schema.parse(sent)).to.deep.equal(sent);
    const others = [{ token: 't' }, successBody('account', {}, 200), successBody('account', { token: 't' }, 201)];
    for (const other of others) expect(schema.safeParse(other).success, JSON.stringify(other)).to.equal(false);
  });

  it('is nothing in the other APIs', () => {
    for (const api of BARE) {
      const answer = { token: 't' };
      expect(successBody(api, answer, 200), api).to.equal(answer);
      expect(successSchema(api, data, 200), api).to.equal(data);
    }
  });

  it('is documented around the data of every operation of the Account API, and of no other', () => {
    for (const route of routes)
      expect(documented(route), route.path).to.deep.equal(
        route.api === 'account' ? inEnvelope(declared(route)) : declared(route),
      );
  });
});

function inEnvelope(data: object): object {
  const success = { type: 'boolean', const: true };
  const properties = { success, statusCode: { type: 'number', const: 200 }, data, error: { type: 'null' } };
  return { type: 'object', properties, required: ['success', 'statusCode', 'data', 'error'] };
}

interface Operation {
  readonly responses: Record<
    string,
    { readonly content?: { readonly 'application/json': { readonly schema: object } } }
  >;
}

/** The schema of the route's one success in the OpenAPI document. */
function documented(route: Route): object {
  const { paths } = openApiDocument([route]) as { paths: Record<string, Record<string, Operation>> };
  const { responses } = Object.values(paths[route.path] ?? {})[0] ?? { responses: {} };
  const [status = ''] = Object.keys(route.responses);
  return withoutDialect(responses[status]?.content?.['application/json'].schema ?? {});
}

function declared(route: Route): object {
  const [success] = Object.values(route.responses);
  return withoutDialect(z.toJSONSchema(success?.schema ?? z.never(), { io: 'input' }));
}

function withoutDialect({ $schema, ...schema }: { $schema?: unknown }): object {
  return schema;
}
