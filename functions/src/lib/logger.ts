/** One JSON line per entry, as Cloud Logging reads it. Entries hold no contact, code, token or secret. */
export interface Logger {
  log(severity: 'INFO' | 'WARNING' | 'ERROR', message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** JSON escapes control characters, so that nothing a caller sends can begin a line of its own. */
export function jsonLogger(write: (line: string) => void): Logger {
  return { log: (severity, message, fields = {}) => write(`${JSON.stringify({ severity, message, ...fields })}\n`) };
}

/** Names and stack, never the message: vendors put what they were given into theirs. */
export function describeError(cause: unknown): unknown {
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause ? cause.code : undefined;
  const reason = 'reason' in cause ? cause.reason : undefined;
  const frames = cause.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 6);
  return { name: cause.name, code, reason, frames, cause: describeError(cause.cause) };
}
