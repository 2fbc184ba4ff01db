import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { RETRY_AFTER_MS } from '../../src/delivery/delivery-policy.js';
import type { RenderedMessage } from '../../src/delivery/message.js';
import type { MessageSender } from '../../src/delivery/message-sender.js';
import type { BackendOptions } from '../../src/lib/backend.js';
import type { ProviderStub } from './provider-stub.js';
import { TlsDoor } from './provider-tls.js';
import { type StubRequest, StubServer } from './stub-server.js';
import type { WireFault } from './wire-fault.js';

export interface SenderSubject {
  readonly provider: string;
  readonly stub: ProviderStub<unknown>;
  readonly message: RenderedMessage;
  /** What no outcome tells, besides the message's own words. */
  readonly secret: string;
  /** The status and body that says that a message is taken, with `more` in it. */
  readonly acceptance: (more: string) => { readonly status: number; readonly text: string };
  /** The word for a 5xx in the stub's own form. */
  readonly errorOf: (status: number) => string;
  readonly senderTo: (at: { readonly origin: string }, backend?: Partial<BackendOptions>) => MessageSender;
}

/** More than one instance of the function has requests. */
const CROWD = 120;

/** Says yes and does not come to its end for a long time. `outcome` is what became of the last answer. */
class DrippingServer extends StubServer {
  ended: Promise<'whole' | 'cut'> = Promise.resolve('whole');

  protected override async reply(_request: StubRequest, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/json' });
    let left = 400;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) response.write(' ');
      else response.end('{}');
    }, 10);
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        clearInterval(timer);
        resolve(response.writableEnded ? 'whole' : 'cut');
      });
    });
  }
}

/** What becomes of a message, whichever provider it is handed to. */
export function describeSender(title: string, subject: SenderSubject): void {
  const { stub } = subject;

  describe(title, () => {
    before(() => stub.start());
    after(() => stub.stop());
    beforeEach(() => stub.reset());

    answers(subject);
    connections(subject);
    strangers(subject);
  });
}

function answers({ provider, stub, message, secret, errorOf, senderTo }: SenderSubject): void {
  const send = (backend: Partial<BackendOptions> = {}) => senderTo(stub, backend).send(message);

  for (const status of [500, 502, 503])
    it(`may be taken or not with ${status}`, async () => {
      stub.faults.set({ mode: 'status', status });
      const expected = { provider, outcome: 'unknown', error: errorOf(status), answered: true };
      expect(await send()).to.deep.equal(expected);
      expect(stub.requests).to.have.length(1);
    });

  const LOST: readonly (readonly [fault: WireFault, taken: number])[] = [
    [{ mode: 'drop before' }, 0],
    [{ mode: 'drop after' }, 1],
    [{ mode: 'delay before', delayMs: 60_000 }, 0],
    [{ mode: 'delay after', delayMs: 60_000 }, 1],
  ];
  for (const [fault, taken] of LOST)
    it(`may be taken or not when no answer comes: ${fault.mode}`, async () => {
      stub.faults.set(fault);
      expect(await send({ timeoutMs: 500 })).to.include({ provider, outcome: 'unknown', answered: false });
      expect([stub.requests.length, stub.messages.length]).to.deep.equal([1, taken]);
    });

  it('is taken late when the provider is slow', async () => {
    stub.faults.set({ mode: 'delay before', delayMs: 300 });
    expect((await send()).outcome).to.equal('accepted');
  });

  it('tells nothing of the message or the key, whatever the provider repeats of it', async () => {
    for (const status of [400, 401, 429, 500]) {
      stub.faults.set({ mode: 'status', status, reason: message.to });
      for (const hidden of [message.to, message.text, secret])
        expect(JSON.stringify(await send())).not.to.include(hidden);
    }
  });
}

function connections({ provider, stub, message, senderTo }: SenderSubject): void {
  it('is not taken when nobody listens', async () => {
    await stub.stop();
    try {
      const expected = { provider, outcome: 'not_taken', error: 'ECONNREFUSED', retryAfterMs: RETRY_AFTER_MS.min };
      expect(await senderTo(stub).send(message)).to.deep.equal(expected);
    } finally {
      await stub.restart();
    }
    expect((await senderTo(stub).send(message)).outcome).to.equal('accepted');
  });

  it('is not taken when there is no such host', async () => {
    expect((await senderTo({ origin: 'http://nobody.invalid' }).send(message)).outcome).to.equal('not_taken');
  });

  it('has a connection of its own, however many others are on their way', async () => {
    const door = await TlsDoor.open(stub.host, CROWD);
    try {
      const one = senderTo(door, { timeoutMs: 20_000 });
      const handovers = await Promise.all(Array.from({ length: CROWD }, () => one.send(message)));
      expect(handovers.filter(({ outcome }) => outcome === 'accepted')).to.have.length(CROWD);
      expect(stub.messages).to.have.length(CROWD);
    } finally {
      await door.close();
    }
  });

  it('leaves no connection behind when its time is over in the midst of an answer', async () => {
    const dripping = new DrippingServer();
    await dripping.start();
    try {
      const one = senderTo({ origin: `http://${dripping.host}` }, { timeoutMs: 200 });
      expect(await one.send(message)).to.include({ outcome: 'unknown', answered: false });
      expect(await dripping.ended).to.equal('cut');
    } finally {
      await dripping.stop();
    }
  });
}

/** Something on the way that answers in the provider's place. */
function strangers({ provider, stub, message, acceptance, senderTo }: SenderSubject): void {
  const other = new StubServer();
  before(() => other.start());
  after(() => other.stop());
  beforeEach(() => other.requests.splice(0));
  const sender = () => senderTo({ origin: `http://${other.host}` });

  for (const [status, expected] of [
    [301, { outcome: 'unknown', answered: true }],
    [307, { outcome: 'unknown', answered: true }],
    [400, { outcome: 'refused', because: 'message' }],
    [401, { outcome: 'refused', because: 'account' }],
    [413, { outcome: 'refused', because: 'message' }],
    [502, { outcome: 'unknown', answered: true }],
  ] as const)
    it(`is ${expected.outcome} when a stranger answers ${status}, who is asked once and not followed`, async () => {
      other.answer = { status, text: '<html>', headers: { location: `${stub.origin}/elsewhere` } };
      expect(await sender().send(message)).to.deep.equal({ provider, error: `http_${status}`, ...expected });
      expect([other.requests.length, stub.requests.length]).to.deep.equal([1, 0]);
    });

  it('is refused alone when a firewall answers 403', async () => {
    const one = sender();
    other.answer = ({ body }) =>
      JSON.stringify(body).includes('forbidden') ? { status: 403, text: '<html>' } : acceptance('');
    const expected = { provider, outcome: 'refused', because: 'message', error: 'http_403' };
    expect(await one.send({ ...message, text: 'forbidden' })).to.deep.equal(expected);
    expect((await one.send(message)).outcome).to.equal('accepted');
  });

  it('may be taken or not when the answer is too long to read', async () => {
    const one = sender();
    other.answer = acceptance(' '.repeat(50_000));
    expect((await one.send(message)).outcome).to.equal('accepted');
    other.answer = acceptance(' '.repeat(200_000));
    expect(await one.send(message)).to.include({ outcome: 'unknown', answered: false });
  });
}
