import { forEach } from '../lib/for-each.js';
import type { DeliveryId } from './delivery-id.js';
import type { DeliveryLedger, LedgerEntry } from './delivery-ledger.js';
import { REPORTS_AT_ONCE } from './delivery-policy.js';
import { type DeliveryStatus, goesOn } from './delivery-record.js';
import type { PrefixBreaker } from './prefix-breaker.js';
import { prefixOf } from './sms-policy.js';

/** What a provider says became of one message that it was given. */
export interface DeliveryReport {
  readonly entry: LedgerEntry;
  readonly status: Exclude<DeliveryStatus, 'queued' | 'suppressed'>;
  readonly provider: string;
  readonly providerId: string | null;
  /** The provider's code, never its text; null where nothing went wrong. */
  readonly error: string | null;
  /** Whether the error is one of all the numbers around: the provider takes them for pumped. */
  readonly isOfRegion: boolean;
}

interface DeliveryReportsDependencies {
  readonly ledger: DeliveryLedger;
  readonly prefixes: PrefixBreaker;
}

/** Writes down what providers report, in whatever order and however often they do. */
export class DeliveryReports {
  constructor(private readonly deps: DeliveryReportsDependencies) {}

  /** @throws UnavailableError when one of them could not be written down: the provider is to report them all again. */
  async take(reports: readonly DeliveryReport[]): Promise<void> {
    await forEach(furthestOfEach(reports), REPORTS_AT_ONCE, (report) => this.takeOne(report));
  }

  /** A report that is repeated does not prolong what it has stopped. */
  private async takeOne({ entry, isOfRegion, ...report }: DeliveryReport): Promise<void> {
    const isNews = await this.deps.ledger.report(entry, report);
    if (isNews && isOfRegion) await this.deps.prefixes.flag(prefixOf(entry.to.value));
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
