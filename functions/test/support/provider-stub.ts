import type { ServerResponse } from 'node:http';
import { respond, type StubAnswer, type StubRequest, StubServer } from './stub-server.js';
import { type WireFault, WireFaults } from './wire-fault.js';

/**
 * A provider of messages at the HTTP boundary, as its documentation has it. `requests` has what it was asked, `messages`
 * what it has taken: one whose answer was lost (`drop after`, `delay after`) is among them, one that was refused or never
 * arrived (`status`, `drop before`) is not. Stopped, it refuses connections; `restart` ends that.
 */
export abstract class ProviderStub<Taken> extends StubServer {
  readonly messages: Taken[] = [];
  readonly faults = new WireFaults();

  get origin(): string {
    return `http://${this.host}`;
  }

  async restart(): Promise<void> {
    await this.start(Number(this.host.split(':')[1]));
  }

  /** As new: no faults, and nothing remembered. */
  reset(): void {
    this.requests.splice(0);
    this.messages.splice(0);
    this.faults.set();
  }

  /** Why a request is not as documented, or null. */
  protected abstract complaint(request: StubRequest): WireFault | null;
  protected abstract take(request: StubRequest): StubAnswer;
  /** An error as the provider words it. */
  protected abstract refusal(fault: WireFault, request: StubRequest): StubAnswer;

  protected override async reply(request: StubRequest, response: ServerResponse): Promise<void> {
    const { method, body } = request;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    // So that a stopped one refuses the next connection, and does not break one that a client has kept.
    response.setHeader('connection', 'close');
    await this.faults.pass(
      { method, text },
      {
        forward: async () => {
          const complaint = this.complaint(request);
          const answer = complaint === null ? this.take(request) : this.refusal(complaint, request);
          return () => respond(response, answer);
        },
        refuse: (fault) => respond(response, this.refusal(fault, request)),
        drop: () => response.destroy(),
      },
    );
  }
}
