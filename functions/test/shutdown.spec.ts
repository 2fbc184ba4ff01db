import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { composeSweep } from '../src/compose-services.js';
import { jsonLogger } from '../src/lib/logger.js';
import { REGISTRATION_LEASE_MS } from '../src/users/registration-policy.js';
import { expectStatus, type TestOrg, UnservedError } from './support/api-client.js';
import { askUntilServed, calmWalk } from './support/calm-race.js';
import { startEmulatorApp, type TestApp } from './support/describe-app.js';
import { FaultyLink } from './support/faulty-link.js';
import { testStack } from './support/global-stack.js';
import { HttpFaultProxy } from './support/http-fault-proxy.js';
import { InvariantChecker } from './support/invariants.js';
import { type LogEntry, parseLines } from './support/log-lines.js';
import { rawRequest } from './support/raw-http.js';
import { newRegistration } from './support/scenario.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const REGISTER = '/partner/auth/register';
const INTROSPECT = '/partner/auth/introspect';
const NOTHING = { users: [], profiles: [], reservations: [] };

describe('SIGTERM, as Cloud Run sends it (R-05)', () => {
  let app: TestApp;
  let org: TestOrg;
  let production: ServedApp;
  let stubborn: Unfinished;
  let identity: HttpFaultProxy;
  let link: FaultyLink;
  before(async () => {
    app = await startEmulatorApp();
    org = await app.provision();
    identity = await HttpFaultProxy.to(testStack().authEmulator);
    link = await FaultyLink.to(identity.host);
    stubborn = await terminateUnfinished();
  });
  after(async () => {
    stubborn.request.destroy();
    await stubborn.app.served.stop();
    await link.close();
    await identity.close();
    await app.close();
  });

  /** With an instance of its own, which has real deadlines. */
  function itEnds(title: string, walk: () => Promise<void>): void {
    const walkThere = async () => {
      await link.set('up');
      identity.faults.set();
      production = await startWarm({ FIREBASE_AUTH_EMULATOR_HOST: link.host });
      await walk().finally(() => production.served.stop());
    };
    it(title, () => calmWalk(walkThere, () => app.api.post(org, INTROSPECT, { token: 'none' })));
  }

  const terminate = ({ served } = production) => process.kill(served.pid, 'SIGTERM');

  async function startWarm(env: Readonly<Record<string, string>> = {}): Promise<ServedApp> {
    const started = await startServedApp(1, env);
    // And the credential known.
    expectStatus(await askUntilServed(() => started.api.post(org, INTROSPECT, { token: 'none' })), 200);
    return started;
  }

  /** An instance that is told to end while a client's request is half there: its grace runs beside the other tests. */
  async function terminateUnfinished(): Promise<Unfinished> {
    const started = await startWarm();
    const { request, answered } = await begin(REGISTER, started);
    request.on('error', () => {});
    terminate(started);
    return { app: started, request, answered };
  }

  /** What the log says of the registrations. */
  function lines(): LogEntry[] {
    const written = production.output.filter((line) => line.startsWith('{')).map((line) => `${line}\n`);
    const found = parseLines(written).filter((line) => line['route'] === `POST ${REGISTER}`);
    if (found.some(({ status }) => status === 503)) throw new UnservedError(written.join(''));
    return found;
  }

  async function untilNothingListens(): Promise<void> {
    for (;;) {
      const socket = connect(Number(new URL(production.api.baseUrl).port), '127.0.0.1');
      const refused = await Promise.race([once(socket, 'connect').then(() => false), failed(socket)]);
      socket.destroy();
      if (refused) return;
      await sleep(10);
    }
  }

  /** A request that the server has begun to read, and whose body is still to come. */
  async function begin(path: string, { api } = production): Promise<Begun> {
    const { key, secret } = org.credential;
    const credentials = { 'x-partner-key': key, 'x-partner-secret': secret };
    const headers = { ...credentials, 'content-type': 'application/json', expect: '100-continue' };
    const request = httpRequest(`${api.baseUrl}${path}`, { method: 'POST', headers });
    const answered = once(request, 'response').then(([response]) => response as IncomingMessage);
    // Of a process that ended first; whoever waits for the answer hears of it.
    answered.catch(() => {});
    request.flushHeaders();
    await once(request, 'continue');
    return { request, answered };
  }

  itEnds('ends at once when there is nothing in flight', async () => {
    terminate();
    expect(await production.served.exited).to.equal(0);
  });

  itEnds('lets a request in flight, and one that comes on an open connection, have their answers', async () => {
    const { request, answered } = await begin(REGISTER);
    const open = connect(Number(new URL(production.api.baseUrl).port), '127.0.0.1');
    await once(open, 'connect');
    // Connections are accepted in their order: by the answer on a later one the server has this one.
    expect((await rawRequest(production.api.baseUrl, { method: 'GET', path: '/health' })).status).to.equal(200);
    terminate();
    await untilNothingListens();
    open.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    const health = await text(open);
    expect(health)
      .to.match(/^HTTP\/1.1 200 .*\r\nconnection: close\r\n/is)
      .and.to.include('"ok"');
    const body = newRegistration();
    request.end(JSON.stringify(body));
    const response = await answered;
    const answer = await text(response);
    if (response.statusCode === 503) throw new UnservedError(answer);
    expect(response.statusCode, answer).to.equal(201);
    expect(response.headers.connection).to.equal('close');
    expect(await production.served.exited).to.equal(0);
    expect(lines()).to.containSubset([{ outcome: 'ok', status: 201 }]);
    await app.scenario.logIn(org, { ...body, userId: '' });
  });

  itEnds('finishes what a client asked for that has gone away, and says so in the log', async () => {
    const body = newRegistration();
    let goOn = () => {};
    const until = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    identity.faults.set({ mode: 'delay before', method: 'accounts', naming: body.email, until });
    const { request } = await begin(REGISTER);
    request.on('error', () => {});
    request.end(JSON.stringify(body));
    while (!identity.faults.requests.some(({ method }) => method === 'accounts')) await sleep(10);
    terminate();
    await untilNothingListens();
    request.destroy();
    goOn();
    expect(await production.served.exited).to.equal(0);
    expect(lines()).to.containSubset([{ outcome: 'ok', status: 201, unheard: true }]);
    await app.scenario.logIn(org, { ...body, userId: '' });
  });

  itEnds('answers a request that hangs in a backend, and leaves nothing that a sweep does not undo', async () => {
    const checker = new InvariantChecker();
    const body = newRegistration();
    await link.set('silent');
    const [answering, before] = [production.api.post(org, REGISTER, body), link.swallowed];
    while (link.swallowed === before) await sleep(10);
    terminate();
    expectStatus(await answering, 503);
    expect(await production.served.exited).to.equal(0);
    app.clock.advance(REGISTRATION_LEASE_MS);
    await composeSweep(
      app.ports,
      app.services,
      jsonLogger(() => {}),
      app.clock,
    ).run();
    const contacts = [
      { kind: 'email', value: body.email },
      { kind: 'phone', value: body.phone_number },
    ] as const;
    expect(await checker.orphans(org, contacts)).to.deep.equal({ ...NOTHING });
    await checker.close();
    expectStatus(await app.api.post(org, REGISTER, body), 201);
  });

  itEnds('ends for a second signal, whatever is in flight', async () => {
    const { request } = await begin(REGISTER);
    request.on('error', () => {});
    terminate();
    await untilNothingListens();
    terminate();
    expect(await production.served.exited).to.equal(null);
  });

  it('waits for no client that never finishes its request', async () => {
    expect(await stubborn.app.served.exited).to.equal(0);
    await stubborn.answered.catch(() => {});
  });
});

/** A request that the server has begun to read. */
interface Begun {
  readonly request: ClientRequest;
  readonly answered: Promise<IncomingMessage>;
}

interface Unfinished extends Begun {
  readonly app: ServedApp;
}

function failed(socket: Socket): Promise<true> {
  return new Promise((resolve) => socket.once('error', () => resolve(true)));
}
