/** One JSON line per entry, as Cloud Logging reads it. Entries hold no contact, code, token or secret. */
export interface Logger {
  log(severity: 'INFO' | 'WARNING' | 'ERROR', message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** JSON escapes control characters, so that nothing a caller sends can begin a line of its own. */
export function jsonLogger(write: (line: string) => void): Logger {
  return { log: (severity, message, fields = {}) => write(`${JSON.stringify({ severity, message, ...fields })}\n`) };
}
