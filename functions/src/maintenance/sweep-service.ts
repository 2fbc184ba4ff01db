import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { CredentialRecord } from '../credentials/credential-record.js';
import type { CredentialStore } from '../credentials/credential-store.js';
import type { Clock } from '../lib/clock.js';
import { shutdown, withDeadline } from '../lib/deadline.js';
import type { Logger } from '../lib/logger.js';
import type { OrgProvisioner } from '../orgs/org-provisioner.js';
import type { OrgDocument } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import { REVOCATION_DUE_MS } from '../users/access-policy.js';
import type { AccessService } from '../users/access-service.js';
import type { RegistrationClaims } from '../users/registration-claims.js';
import type { ReadReservation } from '../users/reservation-record.js';
import type { ReservationStore } from '../users/reservation-store.js';
import type { RevocationRecord } from '../users/revocation-record.js';
import type { RevocationStore } from '../users/revocation-store.js';
import { DELETION_INTERVAL_MS, SWEEP_CONCURRENCY, SWEEP_ITEM_MS, SWEEP_PAGE, SWEEP_WORK_MS } from './sweep-policy.js';

interface SweepDependencies {
  readonly reservations: ReservationStore;
  readonly registrations: RegistrationClaims;
  readonly revocations: RevocationStore;
  readonly access: AccessService;
  readonly orgs: OrgStore;
  readonly provisioner: OrgProvisioner;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What became of the items of one kind. Those that failed or were left over are found again by the next run. */
interface SweepCounts {
  done: number;
  /** Somebody else had done it, or is at it. */
  skipped: number;
  failed: number;
  /** There was no time for all. */
  unfinished: boolean;
}

export interface SweepReport {
  readonly registrations: SweepCounts;
  readonly passwords: SweepCounts;
  readonly orgs: SweepCounts;
  readonly secrets: SweepCounts;
}

interface Kind<T> {
  readonly name: keyof SweepReport;
  find(after: T | undefined): Promise<readonly T[]>;
  itemsOf(page: readonly T[]): readonly T[];
  /** False when there was nothing to do any more. */
  work(item: T): Promise<boolean>;
}

/**
 * Finishes or undoes what killed instances left half done. Everything in it can be killed and run again, also beside
 * another run: each item is taken over by a conditional write, or can be done twice.
 */
export class SweepService {
  private nextDeletionAt = 0;

  constructor(private readonly deps: SweepDependencies) {}

  /** Never throws: what went wrong is logged, and the next run tries again. */
  async run(): Promise<SweepReport> {
    const stopAt = this.deps.clock.now() + SWEEP_WORK_MS;
    const [registrations, passwords, orgs, secrets] = await Promise.all([
      this.sweep(this.registrations(), stopAt),
      this.sweep(this.passwords(), stopAt),
      this.sweep(this.orgs(), stopAt),
      this.sweep(this.secrets(), stopAt),
    ]);
    const report = { registrations, passwords, orgs, secrets };
    this.deps.logger.log('INFO', 'sweep', { ...report });
    return report;
  }

  /** Registrations that died before their profile was written are undone. */
  private registrations(): Kind<ReadReservation> {
    const { reservations, registrations, clock } = this.deps;
    const overdue = new Date(clock.now());
    return {
      name: 'registrations',
      find: (after) => reservations.findAbandoned(overdue, SWEEP_PAGE, after),
      // Each has a reservation for each of its contacts.
      itemsOf: (page) => [...new Map(page.map((one) => [one.uid, one])).values()],
      work: async (reservation) => {
        await this.awaitDeletion();
        return registrations.undo(reservation);
      },
    };
  }

  /** Sessions and codes that should have ended with a password are ended. */
  private passwords(): Kind<RevocationRecord> {
    const { revocations, access } = this.deps;
    return {
      name: 'passwords',
      find: async (after) => {
        if (after === undefined) await this.awaitRevocations();
        return revocations.findDue(new Date(this.deps.clock.now()), SWEEP_PAGE, after);
      },
      itemsOf: (page) => page,
      work: async (revocation) => {
        await access.finish(revocation);
        return true;
      },
    };
  }

  /** Orgs whose provisioning died, or waits for the project to be set up, are provisioned. */
  private orgs(): Kind<OrgDocument> {
    const { orgs, provisioner, clock } = this.deps;
    const by = { kind: 'system', id: 'sweep', from: null, requestId: randomUUID() } as const;
    const due = new Date(clock.now());
    return {
      name: 'orgs',
      find: (after) => orgs.findDue(due, SWEEP_PAGE, after),
      itemsOf: (page) => page,
      work: async (document) => (await provisioner.run(document, by, { shown: true })) !== null,
    };
  }

  /** Secrets that nobody has used in time are taken out of the console. */
  private secrets(): Kind<CredentialRecord> {
    const { credentials, clock } = this.deps;
    const due = new Date(clock.now());
    return {
      name: 'secrets',
      find: (after) => credentials.findShown(due, SWEEP_PAGE, after),
      itemsOf: (page) => page,
      work: async (credential) => (await credentials.change(credential, {}, { hideSecret: true })) !== null,
    };
  }

  private async sweep<T>({ name, find, itemsOf, work }: Kind<T>, stopAt: number): Promise<SweepCounts> {
    const counts: SweepCounts = { done: 0, skipped: 0, failed: 0, unfinished: false };
    const limit = pLimit(SWEEP_CONCURRENCY);
    const attempt = async (task: () => Promise<void>) => {
      if (shutdown.begun || this.deps.clock.now() >= stopAt) counts.unfinished = true;
      else await withDeadline(SWEEP_ITEM_MS, task).catch((error: unknown) => this.recordFailure(name, counts, error));
    };
    let page: readonly T[] = [];
    do {
      const after = page.at(-1);
      page = [];
      await attempt(async () => {
        page = await find(after);
      });
      const finish = (item: T) =>
        attempt(async () => {
          counts[(await work(item)) ? 'done' : 'skipped'] += 1;
        });
      await Promise.all(itemsOf(page).map((item) => limit(finish, item)));
    } while (page.length === SWEEP_PAGE);
    return counts;
  }

  private recordFailure(kind: keyof SweepReport, counts: SweepCounts, error: unknown): void {
    counts.failed += 1;
    // The name alone: messages may hold what a vendor was given.
    this.deps.logger.log('ERROR', 'sweep_failed', { kind, error: error instanceof Error ? error.name : typeof error });
  }

  /**
   * Those that are written down but may still be under way will be due in this run: waiting for them keeps an old session
   * from living until the next.
   */
  private async awaitRevocations(): Promise<void> {
    const { revocations, clock } = this.deps;
    const pending = await revocations.findDue(new Date(clock.now() + REVOCATION_DUE_MS), SWEEP_PAGE);
    const wait = (pending.at(-1)?.dueAt.getTime() ?? 0) - clock.now();
    if (wait > 0) await clock.pause(wait);
  }

  private async awaitDeletion(): Promise<void> {
    const now = this.deps.clock.now();
    const at = Math.max(now, this.nextDeletionAt);
    this.nextDeletionAt = at + DELETION_INTERVAL_MS;
    if (at > now) await this.deps.clock.pause(at - now);
  }
}
