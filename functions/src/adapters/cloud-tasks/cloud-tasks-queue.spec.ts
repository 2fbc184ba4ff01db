import { expect } from 'chai';
import { StubServer } from '../../../test/support/stub-server.js';
import { expectCode, rejection } from '../../../test/support/unit-fixtures.js';
import { Backend } from '../../lib/backend.js';
import { SECOND_MS } from '../../lib/clock.js';
import { CloudTasksQueue } from './cloud-tasks-queue.js';

/** How firebase-admin is led to the emulator, and kept from looking for credentials that it does not need there. */
const ENVIRONMENT = { METADATA_SERVER_DETECTION: 'none', CLOUD_TASKS_EMULATOR_HOST: '' };

interface Task {
  readonly httpRequest: { readonly body: string; readonly url: string };
  readonly scheduleTime?: string;
}

describe('CloudTasksQueue', () => {
  const tasks = new StubServer();
  const previous = Object.keys(ENVIRONMENT).map((name) => [name, process.env[name]] as const);
  before(async () => {
    await tasks.start();
    Object.assign(process.env, ENVIRONMENT, { CLOUD_TASKS_EMULATOR_HOST: tasks.host });
  });
  after(async () => {
    for (const [name, value] of previous)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await tasks.stop();
  });
  beforeEach(() => {
    tasks.requests.splice(0);
    tasks.answer = { status: 200, json: {} };
  });

  const queue = (timeoutMs = 20_000) =>
    new CloudTasksQueue(
      { projectId: 'demo-gatehouse', functionName: 'locations/us-central1/functions/deliver' },
      new Backend('tasks', { timeoutMs }),
    );
  const taskOf = (body: unknown) => (body as { readonly task: Task }).task;

  it('makes a task of a payload, to be run at once', async () => {
    await queue().enqueue('sealed');
    const { method, url, body } = tasks.taken();
    expect([method, url.pathname]).to.deep.equal([
      'POST',
      '/projects/demo-gatehouse/locations/us-central1/queues/deliver/tasks',
    ]);
    const task = taskOf(body);
    expect(JSON.parse(Buffer.from(task.httpRequest.body, 'base64').toString())).to.deep.equal({
      data: { payload: 'sealed' },
    });
    expect(task).not.to.have.property('scheduleTime');
  });

  for (const [delayMs, waitMs] of [
    [1, SECOND_MS],
    [2_000, 2_000],
    [2_001, 3_000],
    [20_000, 20_000],
  ] as const)
    it(`makes one that is not run for ${delayMs} ms`, async () => {
      const earliest = Date.now();
      await queue().enqueue('sealed', delayMs);
      const latest = Date.now();
      const at = Date.parse(taskOf(tasks.taken().body).scheduleTime ?? '');
      expect(at).to.be.within(earliest + waitMs, latest + waitMs);
    });

  it('is unavailable when the queue refuses, breaks off or is silent', async () => {
    for (const answer of [{ status: 403, json: { error: { status: 'PERMISSION_DENIED' } } }, 'drop', 'hang'] as const) {
      tasks.answer = answer;
      const error = await expectCode(queue(200).enqueue('sealed payload'), 'unavailable');
      expect(`${error.message} ${String(error.cause)}`).not.to.include('sealed payload');
    }
    expect(await rejection(queue(200).enqueue('sealed'))).to.have.property('cause');
  });
});
