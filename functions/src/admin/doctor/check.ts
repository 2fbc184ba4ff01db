export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check has found. Both texts are printed: no secret, token or key is in them. */
export interface Finding {
  readonly status: CheckStatus;
  /** What was found, one sentence. */
  readonly message: string;
  /** What to do, null when nothing. Each of several commands has a line of its own. */
  readonly remedy: string | null;
}

export interface CheckResult extends Finding {
  readonly name: string;
}

export interface Check {
  readonly name: string;
  /** @throws FindingError instead of answering, where that is simpler. */
  run(): Promise<Finding>;
}

export function ok(message: string): Finding {
  return { status: 'ok', message, remedy: null };
}

export function warning(message: string, remedy: string): Finding {
  return { status: 'warning', message, remedy };
}

export function failed(message: string, remedy: string): Finding {
  return { status: 'failed', message, remedy };
}

export function skipped(message: string, remedy: string | null = null): Finding {
  return { status: 'skipped', message, remedy };
}

/** Ends a check with a finding. Its text is ours and may be shown; that of any other error is not. */
export class FindingError extends Error {
  constructor(readonly finding: Finding) {
    super(finding.message);
    this.name = 'FindingError';
  }
}
