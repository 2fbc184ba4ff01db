import { expect } from 'chai';
import { AUDIT_ACTIONS } from '../src/audit/audit-record.js';
import { SECRET_NAMES, STRING_NAMES } from '../src/config/param-names.js';
import { PREFIX_BREAKER } from '../src/delivery/delivery-policy.js';
import { DELIVERY_STATUSES } from '../src/delivery/delivery-record.js';
import { ERROR_CODES } from '../src/errors/gatehouse-error.js';
import { routes } from '../src/http/routes/index.js';
import { webhooks } from '../src/http/webhooks/index.js';
import { LIMITS } from '../src/limits/limit-policy.js';
import { conditionsOf } from './support/log-filter.js';
import { metrics, tableUnder } from './support/operations-document.js';
import { title } from './support/route-samples.js';

describe('docs/operations.md', () => {
  it('L-01: lists every event, at its route or webhook', () => {
    const declared = routes.map((route) => [route.event, title(route)]);
    const reported = webhooks.map(({ event, path }) => [event, `POST ${path}`]);
    expect(tableUnder('Event catalogue')).to.have.deep.members([...declared, ...reported]);
  });

  it('L-01: every event has a name of its own', () => {
    const events = routes.map(({ event }) => event);
    expect(new Set(events).size).to.equal(events.length);
    for (const event of events) expect(event).to.match(/^[a-z]+\.[a-z_]+$/);
  });

  it('has the limits of messages as they are', () => {
    const windows: readonly { name: string; limit: number }[] = [
      ...LIMITS.code_sends.windows,
      ...LIMITS.org_sms.windows,
      { name: 'sms_prefix', limit: PREFIX_BREAKER.freeSends },
    ];
    const told = tableUnder('What keeps a message back').map(([name, limit]) => [name, limit]);
    expect(told).to.have.deep.members(windows.map(({ name, limit }) => [name, limit.toLocaleString('en')]));
  });

  it('lists every parameter and secret', () => {
    const told = tableUnder('Setting up').flatMap(([names = '']) => names.split(', '));
    expect(told).to.have.members([...SECRET_NAMES, ...STRING_NAMES]);
  });

  it('its filters name events and outcomes that there are', () => {
    const ofDelivery = tableUnder('Log lines of delivery').map(([message = '']) => message);
    const known: Readonly<Record<string, readonly string[]>> = {
      event: routes.map(({ event }) => event),
      outcome: ['ok', ...ERROR_CODES, ...DELIVERY_STATUSES],
      message: ['request', 'sweep', 'sweep_failed', 'edit_failed', ...ofDelivery, ...ERROR_CODES],
      action: AUDIT_ACTIONS,
    };
    expect(metrics().length).to.be.at.least(10);
    for (const { path, value } of metrics().flatMap(({ filter }) => conditionsOf(filter))) {
      const [where, field = '', ...deeper] = path;
      const isOfTheLine = where === 'jsonPayload' && deeper.length === 0;
      expect((isOfTheLine ? known[field] : undefined) ?? [value], path.join('.')).to.include(value);
    }
  });
});
