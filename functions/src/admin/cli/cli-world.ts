import type { Actor } from '../../audit/audit-record.js';
import type { Clock } from '../../lib/clock.js';
import type { DoctorTarget } from '../doctor/doctor-target.js';
import type { Backoffice } from './backoffice.js';

/** The streams of a run, and whoever sits before them. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether `out` is read by a person rather than kept in a file or a log. */
  readonly isOutSeen: boolean;
  /** Whether somebody is there to answer a question. */
  readonly canAsk: boolean;
  /** @throws InterruptedError */
  confirm(question: string): Promise<boolean>;
  /** @throws InterruptedError */
  ask(question: string): Promise<string>;
}

/** All that a run is given from outside. A `project` of null is the local stack. */
export interface CliWorld {
  readonly terminal: Terminal;
  readonly actor: Actor;
  readonly clock: Clock;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
  /** Waits; ends sooner when the run is to end. */
  sleep(milliseconds: number): Promise<void>;
  /** @throws CliError, FindingError */
  connect(project: string | null): Promise<Backoffice>;
  /** @throws CliError, FindingError */
  doctorTarget(project: string | null): Promise<DoctorTarget>;
}
