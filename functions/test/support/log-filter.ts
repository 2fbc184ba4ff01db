import type { LogEntry } from './log-lines.js';

/** What Cloud Logging adds to a line that a function has printed. */
interface Origin {
  readonly service: string;
}

const CONDITION = /^(NOT )?([\w.]+)(=|>=)("[^"]*"|\w+)$/;

/**
 * The part of Cloud Logging's query language that our filters use: conditions, a line each, all of which must hold.
 * @see https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function matches(filter: string, line: LogEntry, { service }: Origin): boolean {
  const { severity, ...jsonPayload } = line;
  const resource = { type: 'cloud_run_revision', labels: { service_name: service } };
  const entry = { severity, jsonPayload, resource };
  return conditionsOf(filter).every(({ negated, path, operator, value }) => {
    const found = path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], entry);
    const holds = operator === '=' ? String(found) === value : typeof found === 'number' && found >= Number(value);
    return holds !== negated;
  });
}

/** @throws Error on what this does not understand */
export function conditionsOf(filter: string) {
  return filter
    .trim()
    .split('\n')
    .map((text) => {
      const [, not, path = '', operator, value = ''] = CONDITION.exec(text) ?? [];
      if (operator === undefined) throw new Error(`not understood: ${text}`);
      return { negated: not !== undefined, path: path.split('.'), operator, value: value.replaceAll('"', '') };
    });
}
