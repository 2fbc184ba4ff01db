import { expect } from 'chai';
import { DELIVERY_STATUSES, goesOn } from './delivery-record.js';

describe('The status of a delivery', () => {
  it('goes from queued to sent to what became of it, and ends there', () => {
    const steps = DELIVERY_STATUSES.flatMap((from) =>
      DELIVERY_STATUSES.filter((to) => goesOn(from, to)).map((to) => `${from} ${to}`),
    );
    const ends = ['delivered', 'undelivered', 'failed', 'suppressed'];
    const from = (status: string) => ends.map((end) => `${status} ${end}`);
    expect(steps).to.have.members(['queued sent', ...from('queued'), ...from('sent')]);
  });
});
