import { expect } from 'chai';
import { RETRY_AFTER_MS } from '../delivery/delivery-policy.js';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const { min, max, maxOfMail } = RETRY_AFTER_MS;
const second = (offset: number) => String(NOW / 1_000 + offset);
const date = (offset: number) => new Date(NOW + offset * 1_000).toUTCString();

describe('retryAfterMs', () => {
  const CASES: readonly (readonly [what: string, headers: Parameters<typeof retryAfterMs>[0], waitMs: number])[] = [
    ['nothing', { retryAfter: undefined }, min],
    ['seconds', { retryAfter: '11' }, 11_000],
    ['seconds before a reset', { retryAfter: '11', reset: second(5) }, 11_000],
    ['a date', { retryAfter: date(9) }, 9_000],
    ['a date that is over', { retryAfter: date(-9) }, min],
    ['a reset', { retryAfter: undefined, reset: second(13) }, 13_000],
    ['a reset that is over', { retryAfter: undefined, reset: second(-1) }, min],
    ['a reset beside nonsense', { retryAfter: 'soon', reset: second(13) }, 13_000],
    ['too little', { retryAfter: '0' }, min],
    ['too much', { retryAfter: '86400' }, max],
    ['a date far off', { retryAfter: date(86_400) }, max],
    ['a reset far off', { retryAfter: undefined, reset: '99999999999' }, max],
    ['longer than a text message waits', { retryAfter: undefined, reset: second(45), maxMs: maxOfMail }, 45_000],
    ['too much for a mail', { retryAfter: '86400', maxMs: maxOfMail }, maxOfMail],
    ['nonsense', { retryAfter: 'soon', reset: 'later' }, min],
    ['a sign', { retryAfter: '-5', reset: '-5' }, min],
    ['empty headers', { retryAfter: '', reset: '' }, min],
    ['several of one header', { retryAfter: ['3', '4'], reset: ['5'] }, min],
  ];
  for (const [what, headers, waitMs] of CASES)
    it(`${what}: ${waitMs}`, () => {
      expect(retryAfterMs(headers, NOW)).to.equal(waitMs);
    });
});
