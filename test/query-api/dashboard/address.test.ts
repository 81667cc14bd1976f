import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Address,
  printAddress,
  ranges,
  readAddress,
  startAddress,
  statuses,
} from '../../../query-api/dashboard/browser/address.js';

const text = fc.string({ minLength: 1, unit: 'binary' });
const maybe = fc.option(text, { nil: undefined });

describe('the address of the dashboard', () => {
  it('is / at the start, and says nothing that is usual', () => {
    assert.equal(printAddress(startAddress), '/');
    assert.equal(printAddress({ ...startAddress, status: 'stale', search: 'h 1' }), '/?status=stale&q=h+1');
  });

  it('is read as what it was printed from', () => {
    const addresses: fc.Arbitrary<Address> = fc.record({
      ...{ gpu: maybe, host: maybe, cluster: maybe, metric: text },
      status: fc.option(fc.constantFrom(...statuses), { nil: undefined }),
      search: fc.oneof(fc.constant(''), text),
      range: fc.constantFrom(...ranges),
    });
    fc.assert(
      fc.property(addresses, (address) => {
        assert.deepEqual(readAddress(printAddress(address).slice(1)), { ...address });
      }),
    );
  });

  it('is as at the start where it says nothing that is known', () => {
    assert.deepEqual(readAddress('?status=broken&range=3y&other=1'), startAddress);
  });
});
