import { randomUUID } from 'node:crypto';
import type { NewOutboxMessage, OutboxMessage } from './outbox-message.js';

export const MAX_MESSAGES = 1_000;

/** The newest messages, newest first. */
export class OutboxStore {
  #messages: OutboxMessage[] = [];

  add(message: NewOutboxMessage): OutboxMessage {
    const stored = { id: randomUUID(), ...message, createdAt: new Date().toISOString() };
    this.#messages.unshift(stored);
    this.#messages.length = Math.min(this.#messages.length, MAX_MESSAGES);
    return stored;
  }

  list(to?: string): OutboxMessage[] {
    return to === undefined ? [...this.#messages] : this.#messages.filter((message) => message.to === to);
  }

  clear(): void {
    this.#messages = [];
  }
}
