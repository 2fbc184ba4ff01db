import { createServer } from 'node:net';
import { expect } from 'chai';
import { chooseFixedPorts, chooseFreePort, chooseFreePorts, DEFAULT_PORTS, isPortFree, portVariable } from './ports.js';

const allFree = async (): Promise<boolean> => true;
const silent = (): void => {};

describe('ports', () => {
  it('are the documented ones when nothing is in the way', async () => {
    expect(await chooseFixedPorts({}, silent, allFree)).to.deep.equal(DEFAULT_PORTS);
  });

  it('come from the environment', async () => {
    expect(portVariable('firestoreWebsocket')).to.equal('GATEHOUSE_FIRESTORE_WEBSOCKET_PORT');
    const ports = await chooseFixedPorts({ GATEHOUSE_AUTH_PORT: '7099' }, silent, allFree);
    expect(ports).to.deep.equal({ ...DEFAULT_PORTS, auth: 7099 });
    const error = await chooseFixedPorts({ GATEHOUSE_AUTH_PORT: 'x' }, silent, allFree).catch(
      (caught: Error) => caught,
    );
    expect(String(error)).to.include('GATEHOUSE_AUTH_PORT');
  });

  it('move past busy ones, never onto one that another part wants, and say so', async () => {
    const lines: string[] = [];
    const busy = new Set([5001, 5002]);
    const isFree = async (port: number): Promise<boolean> => !busy.has(port);
    const ports = await chooseFixedPorts({ GATEHOUSE_OUTBOX_PORT: '5003' }, (line) => lines.push(line), isFree);
    expect(ports.functions).to.equal(5004);
    expect(ports.outbox).to.equal(5003);
    expect(lines).to.deep.equal(['Port 5001 is busy: functions uses 5004.']);
  });

  it('are all different and free for a stack beside others', async () => {
    const ports = await chooseFreePorts(allFree, () => 0.5);
    expect(new Set(Object.values(ports)).size).to.equal(Object.keys(DEFAULT_PORTS).length);
  });

  it('are busy while somebody listens', async () => {
    const server = createServer();
    const port = await chooseFreePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isPortFree(port)).to.equal(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).to.equal(true);
  });
});
