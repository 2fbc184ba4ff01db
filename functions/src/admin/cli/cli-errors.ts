import { type ErrorCode, GatehouseError, UnavailableError } from '../../errors/gatehouse-error.js';
import { TenantSetupError } from '../../identity/tenant-directory.js';
import { FindingError } from '../doctor/check.js';

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** An end other than success, in words for whoever typed the command. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** What was typed can't be. It is not repeated: it may be a secret in the wrong place, or hold control characters. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}

/** Without a message nothing is said: whoever interrupts knows. */
export class InterruptedError extends CliError {
  constructor(message = '') {
    super(message, EXIT.interrupted);
  }
}

/** Of the libraries between us and Google, for "you may not". @see https://grpc.io/docs/guides/status-codes/ */
const GRPC_REFUSALS: readonly unknown[] = [7, 16];
const HTTP_REFUSALS: readonly unknown[] = [401, 403];

/** Errors after which nobody knows how much of it was done. */
const HALF_WAY: readonly unknown[] = ['unavailable', 'request_in_progress'] satisfies ErrorCode[];

/**
 * What to print and what to end with; with the command's `hint` where it may have ended half-way. Nothing of an error that
 * isn't ours: it may hold what was being worked with.
 */
export function explain(
  error: unknown,
  project: string | null,
  hint: string | null,
): { readonly lines: readonly string[]; readonly exitCode: number } {
  const exitCode = error instanceof CliError ? error.exitCode : EXIT.failed;
  const isHalfWay = error instanceof GatehouseError ? HALF_WAY.includes(error.code) : isCutOff(error);
  const lines = [...linesOf(error, project), ...(isHalfWay && hint !== null ? [hint] : [])];
  return { lines: lines.filter((line) => line !== ''), exitCode };
}

function isCutOff(error: unknown): boolean {
  return error instanceof InterruptedError || !(error instanceof CliError || error instanceof FindingError);
}

function linesOf(error: unknown, project: string | null): readonly string[] {
  if (error instanceof CliError) return error.message.split('\n');
  if (error instanceof FindingError) {
    const { message, remedy } = error.finding;
    return remedy === null ? [message] : [message, remedy];
  }
  if (error instanceof GatehouseError) return linesOfOurs(error, project);
  if (error instanceof TenantSetupError) return [error.message];
  const kind = error instanceof Error ? error.name : typeof error;
  return [
    `Something went wrong that was not foreseen (${kind}).`,
    'This is a bug: please report it with what you ran.',
  ];
}

function linesOfOurs(error: GatehouseError, project: string | null): readonly string[] {
  if (error.code === 'unavailable') return unavailable(error, project);
  const details = error.details ?? [];
  if (details.length === 1 && details[0]?.message === error.message) return [error.message];
  return [error.message, ...details.map(({ path, message }) => `${path}: ${message}`)];
}

const UNSAID = new UnavailableError().message;

function unavailable(error: GatehouseError, project: string | null): readonly string[] {
  const at = project === null ? '' : ` --project ${project}`;
  const doctor = `npm run admin -- doctor${at}`;
  if (isRefusal(error.cause))
    return [
      `Google does not let your account do this in ${project ?? 'the local stack'}.`,
      `It needs the roles Identity Platform Admin and Cloud Datastore User. More: ${doctor}`,
    ];
  // What is wrong with the project, in words of ours.
  if (error.message !== UNSAID) return [error.message];
  if (project === null) return ['Firestore or Identity Platform does not answer. Does `npm start` still run?'];
  return ['Firestore or Identity Platform does not answer. Try again; if that does not help:', doctor];
}

function isRefusal(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const { code, status } = cause as { code?: unknown; status?: unknown };
  return GRPC_REFUSALS.includes(code) || HTTP_REFUSALS.includes(status) || isRefusal(cause.cause);
}
