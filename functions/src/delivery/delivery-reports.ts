import { forEach } from '../lib/for-each.js';
import type { DeliveryId } from './delivery-id.js';
import type { DeliveryLedger, LedgerEntry } from './delivery-ledger.js';
import { REPORTS_AT_ONCE } from './delivery-policy.js';
import { type DeliveryStatus, goesOn } from './delivery-record.js';
import type { PrefixBreaker } from './prefix-breaker.js';

/** What a provider says became of one message that it was given. */
export interface DeliveryReport {
  readonly entry: LedgerEntry;
  readonly status: Exclude<DeliveryStatus, 'queued' | 'suppressed'>;
  readonly provider: string;
  readonly providerId: string | null;
  /** The provider's code, never its text; null where nothing went wrong. */
  readonly error: string | null;
  /** Whether the provider refuses all the numbers around: it takes them for pumped, or does not send there. */
  readonly isOfRegion: boolean;
}

interface DeliveryReportsDependencies {
  readonly ledger: DeliveryLedger;
  readonly prefixes: PrefixBreaker;
}

/** Writes down what providers report, in whatever order and however often they do. */
export class DeliveryReports {
  constructor(private readonly deps: DeliveryReportsDependencies) {}

  /**
   * @throws UnavailableError when one of them could not be written down: the provider is to report them all again. Twilio
   * does so for seconds, SendGrid for a day.
   */
  async take(reports: readonly DeliveryReport[]): Promise<void> {
    await forEach(furthestOfEach(reports), REPORTS_AT_ONCE, (report) => this.takeOne(report));
  }

  /**
   * A report that is repeated does not prolong what it has stopped. Written down last: when that fails, the provider
   * reports it again, and nothing is left undone for it.
   */
  private async takeOne({ entry, isOfRegion, ...report }: DeliveryReport): Promise<void> {
    const { ledger, prefixes } = this.deps;
    if (isOfRegion && (await ledger.isNews(entry.id, report.status))) await prefixes.flag(entry.to.value);
    await ledger.report(entry, report);
  }
}

/** Of several on one message, the one that leaves nothing to be said. */
function furthestOfEach(reports: readonly DeliveryReport[]): Iterable<DeliveryReport> {
  const furthest = new Map<DeliveryId, DeliveryReport>();
  for (const report of reports) {
    const other = furthest.get(report.entry.id);
    if (other === undefined || goesOn(other.status, report.status)) furthest.set(report.entry.id, report);
  }
  return furthest.values();
}
