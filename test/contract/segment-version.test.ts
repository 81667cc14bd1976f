import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type Instant } from '../../domain/instant.js';
import { createClient } from '../../infra/etcd/client.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { announceGateway } from '../../infra/etcd/gateway-member.js';
import { Keys } from '../../infra/etcd/keys.js';
import { listSet } from '../../infra/etcd/follow-set.js';
import { raiseSegmentVersion, readSegmentVersion } from '../../infra/etcd/segment-version-store.js';
import { announcementOf } from '../support/announcement.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { never } from '../support/never.js';

const races = full ? 300 : 30;

const collector = (id: string, segments?: number): CollectorAnnouncement =>
  announcementOf(id, segments === undefined ? {} : { segments });

describe('the version of segments that may stand in the log', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let keys: Keys;
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
  });
  afterEach(() => client.close());

  const raise = async (written: number): Promise<number> => {
    const answer = await raiseSegmentVersion(client, keys, written, never);
    assert(answer.kind === 'answered');
    return answer.value;
  };
  const join = (id: string, segments?: number) => collectorGroup(client, keys).join(collector(id, segments), 5, never);

  it('L6: is as high as everybody who lives reads, and never lower again', async () => {
    assert.equal(await readSegmentVersion(client, keys, never), 1);
    const old = await join('old');
    const young = await join('young', 3);
    assert.equal(await raise(3), 1, 'one of before versions were announced');
    await old.leave();
    const over = new AbortController();
    const gateway = { id: 'g', name: 'g', pid: 1, started_at: 0n as Instant, generations: [], segments: 2 };
    const announcing = announceGateway(client, keys, 5, () => gateway, over.signal);
    await eventually(
      'the gateway is announced',
      async () => (await listSet(client, keys.members, never))!.values.size === 2,
    );
    assert.equal(await raise(3), 2);
    over.abort();
    await announcing;
    assert.equal(await raise(3), 3);
    assert.equal(await raise(2), 3, 'an older streamer lowers nothing');
    assert.equal(await readSegmentVersion(client, keys, never), 3);
    const late = collector('late', 2);
    const group = collectorGroup(client, keys);
    assert.match(
      (await group.refusal(late, never)) ?? '',
      /segments of version 3, .* versions up to 2: run a newer one/,
    );
    assert.equal(await group.refusal(collector('later', 3), never), undefined);
    await young.leave();
  });

  it('L6: who cannot be understood is not presumed to read anything newer', async () => {
    await client.put(keys.member('gateway', 'odd')).value('{"of":"another time"}');
    assert.equal(await raise(2), 1);
  });

  it('L6: whoever joins while it is raised holds it back or is refused, never neither', async () => {
    const outcomes = { held: 0, refused: 0 };
    for (let round = 0; round < races; round++) {
      keys = new Keys(freshPrefix());
      const here = collectorGroup(client, keys);
      const joins = (async () => {
        const membership = await join(`old-${String(round)}`);
        return { membership, refusal: await here.refusal(collector('old'), never) };
      })();
      const raising = (async () => {
        let version = await raise(2);
        for (let more = 0; more < round % 4; more++) version = await raise(2);
        return version;
      })();
      const [{ membership, refusal }, version] = await Promise.all([joins, raising]);
      if (refusal === undefined) {
        assert.equal(version, 1, 'it is a member, and what it does not read may not stand in the log');
        assert.equal(await raise(2), 1);
        outcomes.held++;
      } else {
        assert.equal(version, 2);
        outcomes.refused++;
      }
      await membership.leave();
    }
    assert.equal(outcomes.held + outcomes.refused, races);
  });
});
