import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { describeDoctor, googleError } from './doctor-stub.spec.js';

describeDoctor('clock', (stub) => {
  const CASES: readonly (readonly [seconds: number, status: string])[] = [
    [0, 'ok'],
    [7, 'ok'],
    [-7, 'ok'],
    [14, 'warning'],
    [-14, 'warning'],
    [57, 'warning'],
    [-57, 'warning'],
    [64, 'failed'],
    [-64, 'failed'],
    [86_400, 'failed'],
  ];
  for (const [seconds, status] of CASES)
    it(`${seconds} seconds apart: ${status}`, async () => {
      stub().clock.advance(seconds * 1_000);
      const result = await stub().check('clock');
      expect(result.status).to.equal(status);
      if (status !== 'ok')
        expect(result.message).to.match(/^The clock of this machine is \d+ seconds from Google's\.$/);
    });

  it('is told by any answer, also by a refusal', async () => {
    for (const answer of [googleError(403, 'PERMISSION_DENIED'), googleError(503, 'UNAVAILABLE')]) {
      stub().on('publicConfig', answer);
      expect((await stub().check('clock')).status).to.equal('ok');
    }
  });

  it('is not told by an answer without a date', async () => {
    const server = createServer((_request, response) => {
      response.sendDate = false;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origins = { identitytoolkit: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    try {
      expect((await stub().check('clock', { origins })).status).to.equal('warning');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  for (const answer of ['drop', 'hang'] as const)
    it(`is not told by ${answer}`, async () => {
      stub().on('publicConfig', answer);
      expect((await stub().check('clock')).status).to.equal('failed');
    });
});
