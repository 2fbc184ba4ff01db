import { expect } from 'chai';
import fc from 'fast-check';
import { codeMessage, DeliveryDesk, EMAIL, type Instance, PHONE } from '../../test/support/delivery-desk.js';
import type { FaultMode } from '../../test/support/fault-plan.js';
import { HANDOVERS, type Handed } from '../../test/support/scripted-provider.js';
import { sealJob } from './job.js';
import type { Handover } from './message-sender.js';

/** The queue brings the job: so many times at once, perhaps to a process that dies before or after one of its calls. */
interface Bringing {
  readonly duplicates: number;
  readonly death: { readonly call: number; readonly mode: FaultMode } | null;
  readonly waitMs: number;
}

const handovers = fc.array(fc.constantFrom<Handover>(...Object.values(HANDOVERS)), { maxLength: 8 });
const deaths = fc.record({ call: fc.nat(12), mode: fc.constantFrom<FaultMode>('before', 'after') });
const bringing: fc.Arbitrary<Bringing> = fc.record({
  duplicates: fc.integer({ min: 1, max: 4 }),
  death: fc.option(deaths, { freq: 2 }),
  waitMs: fc.constantFrom(0, 1_999, 2_000, 20_000, 400_000),
});
const bringings = fc.array(bringing, { minLength: 1, maxLength: 8 });
const dies = fc.option(deaths, { freq: 4 });

const RUNS = { numRuns: process.env['GATEHOUSE_HEAVY'] === '1' ? 2_000 : 25 };

async function play(desk: DeliveryDesk, { jobs }: Instance, { death, duplicates, waitMs }: Bringing): Promise<void> {
  const [job] = desk.ports.queue.jobs;
  if (job === undefined) return;
  if (death === null) desk.faults.clear();
  else desk.faults.killAt(death.call, death.mode);
  await Promise.allSettled(Array.from({ length: duplicates }, () => jobs.run(job.payload)));
  await desk.background.idle();
  desk.faults.clear();
  desk.clock.advance(waitMs);
}

/** By turns on two instances, as far as there are such things: what one remembers the other does not. */
async function playAll(desk: DeliveryDesk, events: readonly Bringing[]): Promise<void> {
  const instances = [desk.instance(), desk.instance()];
  for (const [index, event] of events.entries()) {
    const instance = instances[index % instances.length];
    if (instance !== undefined) await play(desk, instance, event);
  }
}

/** Twice at most, the second time only if the first was surely not taken, and it is the same message both times. */
function expectTwiceAtMost(handed: readonly Handed[]): void {
  const told = handed.map(({ handover }) => handover.outcome).join();
  expect(handed.length, told).to.be.at.most(2);
  if (handed.length < 2) return;
  expect(handed[0]?.handover.outcome, told).to.equal('not_taken');
  expect(handed[1]?.message).to.deep.equal(handed[0]?.message);
}

const ofChannel = (desk: DeliveryDesk, channel: 'sms' | 'email') =>
  desk.provider.handed.filter(({ message }) => message.channel === channel);

/** How a message may end of which that was the last that its provider said. */
function endsOf(last: Handover | undefined): string[] {
  switch (last?.outcome) {
    case 'accepted':
      return ['sent'];
    case 'unknown':
      return ['queued'];
    case 'not_taken':
    case 'refused':
      return ['failed'];
    default:
      return [];
  }
}

describe('Whatever happens', () => {
  it('a queued code is given to its provider twice at most, and a second time only if it was not taken', async () => {
    await fc.assert(
      fc.asyncProperty(handovers, bringings, async (script, events) => {
        const desk = await DeliveryDesk.open();
        desk.provider.script.sms.push(...script);
        await desk.ports.queue.enqueue(sealJob(desk.cipher, desk.job({ to: PHONE })));
        await playAll(desk, events);
        expectTwiceAtMost(desk.provider.handed);
      }),
      RUNS,
    );
  });

  it('so is one that was sent in the request first', async () => {
    await fc.assert(
      fc.asyncProperty(handovers, dies, bringings, async (script, death, events) => {
        const desk = await DeliveryDesk.open();
        desk.provider.script.sms.push(...script);
        if (death !== null) desk.faults.killAt(death.call, death.mode);
        await Promise.allSettled([desk.instance().delivery.sendNow(desk.org, codeMessage(PHONE), null)]);
        await desk.background.idle();
        await playAll(desk, events);
        expectTwiceAtMost(desk.provider.handed);
      }),
      RUNS,
    );
  });

  it('so is what goes out instead, and the text message before it once', async () => {
    await fc.assert(
      fc.asyncProperty(handovers, handovers, bringings, async (sms, email, events) => {
        const desk = await DeliveryDesk.open();
        desk.provider.script.sms.push(...sms);
        desk.provider.script.email.push(...email);
        await desk.ports.queue.enqueue(sealJob(desk.cipher, desk.job({ to: PHONE, fallback: EMAIL })));
        await playAll(desk, events);
        expectTwiceAtMost(ofChannel(desk, 'email'));
        expect(ofChannel(desk, 'sms').length).to.be.at.most(1);
        expect(desk.provider.codes.length).to.be.at.most(1);
      }),
      RUNS,
    );
  });

  it('a message is not lost as long as nobody dies: it is taken, refused, given up or too late', async () => {
    const calm = fc.array(
      bringing.map((one) => ({ ...one, death: null, waitMs: 20_000 })),
      { minLength: 10, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(handovers, calm, async (script, events) => {
        const desk = await DeliveryDesk.open();
        desk.provider.script.sms.push(...script);
        await desk.ports.queue.enqueue(sealJob(desk.cipher, desk.job({ to: PHONE })));
        await playAll(desk, events);
        const [record] = await desk.records();
        expect(record?.status, JSON.stringify(record)).to.be.oneOf(endsOf(desk.provider.handed.at(-1)?.handover));
        expect(record?.retryAt).to.equal(null);
      }),
      RUNS,
    );
  });
});
