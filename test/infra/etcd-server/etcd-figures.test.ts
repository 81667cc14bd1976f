import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { etcdFigures } from '../../../infra/etcd-server/etcd-figures.js';

describe('the figures of an etcd that takes connections and says nothing', () => {
  it('are given up in time whatever the garbage collector does', async function () {
    this.timeout(20_000);
    setFlagsFromString('--expose-gc');
    const collecting = setInterval(runInNewContext('gc') as () => void, 5);
    const sockets: Socket[] = [];
    const hung = createServer((socket) => void sockets.push(socket.resume())).listen(0, '127.0.0.1');
    await once(hung, 'listening');
    const { port } = hung.address() as AddressInfo;
    try {
      assert.equal(await etcdFigures([`http://127.0.0.1:${String(port)}`], 60), undefined);
    } finally {
      clearInterval(collecting);
      for (const socket of sockets) socket.destroy();
      hung.close();
    }
  });
});
