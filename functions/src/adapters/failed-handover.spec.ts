import { expect } from 'chai';
import { RETRY_AFTER_MS } from '../delivery/delivery-policy.js';
import { BreakerOpenError } from '../lib/backend.js';
import { DeadlineExceededError } from '../lib/deadline.js';
import { failedHandover, handOver } from './failed-handover.js';
import { notAccepted } from './not-accepted-error.js';

const provider = 'twilio';
const coded = (code: unknown, message = 'broken') => Object.assign(new Error(message), { code });
/** As Node names what it was doing. */
const during = (syscall: string, code: string) => Object.assign(coded(code), { syscall });
const syscallOf = (error: unknown) =>
  error instanceof Error && 'syscall' in error ? ` of ${String(error.syscall)}` : '';
const caused = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('handOver', () => {
  it('answers the provider’s name for the message, or none', async () => {
    for (const providerId of ['SM1', null])
      expect(await handOver(provider, async () => providerId)).to.deep.equal({
        provider,
        outcome: 'accepted',
        providerId,
      });
  });

  it('never throws', async () => {
    const handover = await handOver(provider, async () => {
      throw new BreakerOpenError('twilio');
    });
    expect(handover).to.deep.equal({ provider, outcome: 'not_tried', error: 'breaker_open' });
  });
});

describe('failedHandover', () => {
  it('is not tried when the breaker is open', () => {
    const handover = failedHandover(provider, new BreakerOpenError('twilio'));
    expect(handover).to.deep.equal({ provider, outcome: 'not_tried', error: 'breaker_open' });
  });

  it('is what the provider has answered', () => {
    const error = notAccepted({
      provider,
      status: 400,
      code: '21211',
      isReadable: true,
      because: 'destination',
      retryAfterMs: 0,
    });
    expect(failedHandover(provider, error)).to.equal(error.handover);
  });

  const NO_CONNECTION = [
    ['connect', 'ECONNREFUSED'],
    ['getaddrinfo', 'ENOTFOUND'],
    ['getaddrinfo', 'EAI_AGAIN'],
    ['connect', 'EHOSTUNREACH'],
    ['connect', 'ENETUNREACH'],
    ['connect', 'ETIMEDOUT'],
  ] as const;
  for (const [syscall, code] of NO_CONNECTION)
    it(`is not taken without a connection: ${code}, as axios, fetch and node report it`, () => {
      const one = during(syscall, code);
      const both = Object.assign(new AggregateError([one, during('connect', 'ETIMEDOUT')]), { code });
      const bare = new AggregateError([one, one]);
      for (const error of [one, caused(one), caused(both), caused(bare)])
        expect(failedHandover(provider, error)).to.deep.equal({
          provider,
          outcome: 'not_taken',
          error: code,
          retryAfterMs: RETRY_AFTER_MS.min,
        });
    });

  const UNKNOWN: readonly (readonly [error: unknown, word: string])[] = [
    [coded('ECONNRESET'), 'ECONNRESET'],
    [coded('ECONNABORTED'), 'ECONNABORTED'],
    [coded('ETIMEDOUT'), 'ETIMEDOUT'],
    [coded('EPIPE'), 'EPIPE'],
    [during('write', 'EPIPE'), 'EPIPE'],
    [during('read', 'ECONNRESET'), 'ECONNRESET'],
    [during('read', 'EHOSTUNREACH'), 'EHOSTUNREACH'],
    [caused(during('write', 'ENETUNREACH')), 'ENETUNREACH'],
    [coded('ECONNREFUSED'), 'ECONNREFUSED'],
    [caused(coded('UND_ERR_SOCKET')), 'UND_ERR_SOCKET'],
    [coded(20003), 'no_answer'],
    [new DeadlineExceededError('twilio send'), 'no_answer'],
    [new SyntaxError('no JSON'), 'no_answer'],
    [new AggregateError([]), 'no_answer'],
    [caused('a text'), 'no_answer'],
    ['a text', 'no_answer'],
    [undefined, 'no_answer'],
  ];
  for (const [error, word] of UNKNOWN)
    it(`is unknown after ${String(error)} (${word}${syscallOf(error)})`, () => {
      expect(failedHandover(provider, error)).to.deep.equal({
        provider,
        outcome: 'unknown',
        error: word,
        answered: false,
      });
    });

  it('leaves out what the error says', () => {
    const handover = failedHandover(provider, coded('ECONNRESET', 'sending 123456 to +12025550143'));
    expect(JSON.stringify(handover)).not.to.match(/123456|0143/);
  });
});
