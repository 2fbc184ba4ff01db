import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { TestApp } from './describe-app.js';

/** One entry of the log. */
export type LogEntry = Readonly<Record<string, unknown>>;

const WAIT_MS = 5;
const WAITS = 1_000;

/** A control character, or what else some viewers break lines at. */
function isBreaking(character: string): boolean {
  return character < ' ' || (character >= '\u007f' && character <= '\u009f') || /[\u2028\u2029]/.test(character);
}

/** Parses what was logged; fails on anything that is not one JSON object on one line. */
export function parseLines(lines: readonly string[]): LogEntry[] {
  return lines.map((line) => {
    expect(line.endsWith('\n'), line).to.equal(true);
    expect([...line.slice(0, -1)].filter(isBreaking), line).to.deep.equal([]);
    const entry = JSON.parse(line) as LogEntry;
    expect(entry['severity'], line).to.be.oneOf(['INFO', 'WARNING', 'ERROR']);
    return entry;
  });
}

/** What was logged since `from` (a length of `logs`), once so many requests have their line; a line too many is met later. */
export async function requestLines({ logs }: TestApp, from: number, requests = 1): Promise<LogEntry[]> {
  const read = () => parseLines(logs.slice(from));
  const found = () => read().filter(({ message }) => message === 'request');
  for (let left = WAITS; left > 0 && found().length < requests; left -= 1) await sleep(WAIT_MS);
  // The line is written when the connection has taken the answer; another one would follow it at once.
  await sleep(WAIT_MS);
  expect(found(), 'lines of requests').to.have.length(requests);
  return read();
}

/** Does one request and answers its line, and what else was logged on the way. */
export async function lineOf(app: TestApp, work: () => Promise<unknown>) {
  const from = app.logs.length;
  await work();
  const entries = await requestLines(app, from);
  const line = entries.find(({ message }) => message === 'request') ?? {};
  return { line, others: entries.filter((one) => one !== line), text: app.logs.slice(from).join('') };
}
