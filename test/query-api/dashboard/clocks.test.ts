import assert from 'node:assert/strict';
import { hostsAhead, textOfAhead, textOfDevice } from '../../../query-api/dashboard/browser/clocks.js';
import { type Gpu } from '../../../query-api/dashboard/browser/feed-messages.js';
import { aheadBy } from '../../../query-api/dashboard/browser/gateway-clock.js';
import { GpuTable } from '../../../query-api/dashboard/browser/gpu-table.js';

const hour = 3_600_000;
const at = Date.parse('2026-11-27T16:20:00Z');

/** What an answer says of the gateway's clock, and in between a tenth of a second passes. */
const heard = (before: number, gateway: number): number =>
  aheadBy(before, new Date(gateway).toUTCString(), at, at + 100);

const gpu = (hostname: string): Gpu => ({
  ...{ uuid: `GPU-${hostname}`, index: '0', hostname, cluster: 'c1', model: 'H100', device: 'nvidia0' },
  ...{ status: 'active', lastSeen: at },
});

describe("the gateway's clock", () => {
  it("is taken for this device's where they differ by no more than an answer can tell", () => {
    assert.deepEqual(
      [-1_500, 0, 900, 1_500].map((ms) => heard(0, at + ms)),
      [0, 0, 0, 0],
    );
    assert.equal(aheadBy(0, null, at, at + 100), 0);
  });

  it('is followed where it is another, without going to and fro, until it is the same again', () => {
    const ahead = heard(0, at + hour);
    assert.ok(Math.abs(ahead - hour) < 1_000, String(ahead));
    assert.equal(heard(ahead, at + hour + 1_000), ahead);
    assert.ok(Math.abs(heard(ahead, at - hour) + hour) < 1_000);
    assert.equal(heard(ahead, at), 0);
  });

  it('is told where somebody would take the one for the other', () => {
    assert.match(textOfDevice(hour + 1), /^The clock of this device is 1 h behind the gateway's/);
    assert.match(textOfDevice(-hour - 1), /^The clock of this device is 1 h ahead of the gateway's/);
    assert.equal(textOfDevice(3_000), '');
  });
});

describe('values that are dated later than now', () => {
  const table = new GpuTable();
  table.setInventory(['right', 'fast'].map(gpu), false);
  table.apply(['power_draw'], Float64Array.from([0, 0, at - 1_000, 300, 1, 0, at + hour, 300]));

  it('are told by their hosts, for as long as they lie ahead', () => {
    assert.deepEqual(hostsAhead(table, at), ['fast']);
    assert.deepEqual(hostsAhead(table, at + hour), []);
    assert.match(textOfAhead(['fast']), /^Values of fast are dated later than now/);
    assert.match(textOfAhead(['a', 'b', 'c', 'd']), /^Values of 4 hosts are/);
    assert.equal(textOfAhead([]), '');
  });

  it('make nothing look newer than when they came', () => {
    assert.equal(table.newest, at);
    table.hear(at + 2_000);
    table.setStatus('GPU-fast', 'stale', at);
    assert.equal(table.newest, at + 2_000);
  });
});
