import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBlockReader } from '../../../commands/source/block-reader.js';
import { type BlockReaderStart } from '../../../commands/source/block-writer.js';
import { chooseReader } from '../../../commands/source/choose-reader.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { subjectOf } from '../../../domain/segment/subject.js';
import { full } from '../../support/full-counts.js';
import { seriesOf } from '../../support/series-list.js';
import { blocksOfPieces, contentsOf, cutAt, longHeader } from '../../support/source-texts.js';

type Row = Readonly<Record<string, string>>;

const uuidOf = (text: string): string => `GPU-${text.padStart(60, '0')}`;
const usualLabels = ({ metric_name, device, gpu_id, uuid, Hostname, modelName }: Row): string =>
  `DCGM_FI_DRIVER_VERSION="535.129.03",Hostname="${Hostname!}",UUID="${uuid!}",__name__="${metric_name!}",` +
  `device="${device!}",gpu="${gpu_id!}",instance="${Hostname!}:9400",job="dcgm-exporter",modelName="${modelName!}"`;
const labelsOf: readonly ((row: Row) => string)[] = [
  usualLabels,
  usualLabels,
  ({ uuid }) => `UUID="${uuid!}"`,
  ({ uuid, Hostname }) => `node="${Hostname!}-x",id="${uuid!}",gpu="4",pod="pod-1",job="dgx-2",device="nvidia12"`,
  ({ uuid, Hostname, gpu_id }) => `at="${uuid!}${Hostname!}",gpu="1${gpu_id!}",UUID="${uuid!}`,
  ({ pod, container, namespace }) => `pod="${pod!}",container="${container!}",exported_namespace="${namespace!}"`,
  ({ metric_name, uuid }) => `__name__="${metric_name!}",__name__="${metric_name!}",UUID="${uuid!}"`,
  ({ uuid }) => `\u0001="${uuid!}"`,
  () => '',
];

const row = fc
  .record({
    metric_name: fc.constantFrom('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_GPU_TEMP'),
    gpu_id: fc.constantFrom('4', '0', '12', 'x', ''),
    deviceOf: fc.constantFrom(
      (index: string) => `nvidia${index}`,
      (index: string) => `nvidia${index}`,
      (index: string) => `nvidia${index}`,
      () => 'nvidia12',
      () => '',
    ),
    uuid: fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 30 }).map((number) => uuidOf(String(number))) },
      fc.constantFrom(
        'GPU-1',
        'dgx-1',
        'dgx-12',
        'dgx-1-x',
        '5',
        'é',
        '535.129.03',
        `${'x'.repeat(255)}`,
        'y'.repeat(256),
      ),
    ),
    modelName: fc.constantFrom('NVIDIA H100', 'NVIDIA H100', 'NVIDIA H100', 'H"'),
    Hostname: fc.constantFrom('dgx-1', 'dgx-2', 'dgx-12', 'dgx', 'dcgm-exporter', '535.129.03', 'dgx 3'),
    container: fc.constantFrom('', '', '', 'main'),
    pod: fc.constantFrom('', '', 'pod-1', 'pod-12', 'pod-12x'),
    namespace: fc.constantFrom('', '', '', 'ml'),
    value: fc.constantFrom('1', '73.5', '0', '73.50', 'x'),
    labels: fc.nat({ max: 9 }),
  })
  .map(({ deviceOf, ...given }) => ({ timestamp: '2025-07-18T20:42:34Z', device: deviceOf(given.gpu_id), ...given }));

/** Columns in two orders, fields quoted or not. */
const headers = [
  longHeader,
  'timestamp,metric_name,device,gpu_id,uuid,modelName,container,pod,namespace,an_id,value,labels_raw,Hostname',
];
const written = (header: string, given: Row, quotes: boolean): string => {
  const fields = header.split(',').map((name) => given[name] ?? 'more');
  return fields.map((text) => (quotes || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',');
};

/** All that blocks say, and how their series will be written. */
const saidBy = (blocks: readonly ReadBlock[] | undefined) => [
  contentsOf(blocks),
  blocks?.map(({ series }) =>
    seriesOf(series).map((one) => {
      const { uuid, texts, extra } = subjectOf(one);
      return [one.metric, uuid, texts, extra];
    }),
  ),
];

describe('kinds of rows', () => {
  it('S3: a subject that is known by its kind is what its row read in full gives, down to the labels of its segment', () => {
    const header = fc.constantFrom(...headers);
    const label = fc.nat({ max: labelsOf.length - 1 });
    const labels = fc.tuple(label, label);
    const line = fc.tuple(
      row,
      fc.nat({ max: 9 }).map((one) => one === 0),
      fc.constantFrom('\n', '\n', '\n', '\r\n'),
    );
    const rows = fc.array(line, { minLength: 1, maxLength: 60 });
    const cuts = fc.array(fc.nat(), { maxLength: 3 });
    fc.assert(
      fc.property(header, labels, rows, cuts, (columns, [often, seldom], lines, at) => {
        const text = lines.map(([{ labels: which, ...of }, isBare, end]) => {
          const labels_raw = labelsOf[which === 0 ? seldom : often]!(of);
          return written(columns, { ...of, labels_raw }, !isBare) + end;
        });
        const bytes = Buffer.from(`${columns}\n${text.join('')}`);
        const reference = saidBy(blocksOfPieces([bytes], undefined, createBlockReader));
        assert.deepEqual(saidBy(blocksOfPieces(cutAt(bytes, at), undefined, chooseReader)), reference);
      }),
      { numRuns: full ? 20_000 : 150 },
    );
  });

  it('S3: labels that begin by chance as a column of the next subject does are written as if it was read in full', () => {
    const rows = ['dgx-12', 'dgx-22', 'dgx-32', 'dgx-32x'].map((Hostname, at): Row => {
      const of = {
        timestamp: '2025-07-18T20:42:34Z',
        metric_name: 'DCGM_FI_DEV_GPU_UTIL',
        modelName: 'H100',
        value: '1',
      };
      const gpu = { ...of, gpu_id: String(at), device: `nvidia${String(at)}`, uuid: uuidOf(`${String(at)}`), Hostname };
      const empty = { container: '', pod: '', namespace: '' };
      return { ...gpu, ...empty, labels_raw: `${usualLabels(gpu)},gpu="2",node="dgx-22",exported_pod="dgx-32"` };
    });
    const bytes = Buffer.from(`${longHeader}\n${rows.map((one) => written(longHeader, one, true)).join('\n')}\n`);
    const reference = saidBy(blocksOfPieces([bytes], undefined, createBlockReader));
    assert.deepEqual(saidBy(blocksOfPieces([bytes], undefined, chooseReader)), reference);
  });

  it('of which one is known, no other row is read in full but the first of a metric', () => {
    const gpus = Array.from({ length: 600 }, (_, gpu): Row => {
      const [host, gpu_id] = [`dgx-h100-${String(gpu >> 3)}`, String(gpu % 8)];
      const of = { gpu_id, device: `nvidia${gpu_id}`, uuid: uuidOf(String(gpu)), modelName: 'H100', Hostname: host };
      const held = { container: '', pod: gpu % 2 ? `train-${String(gpu)}` : '', namespace: gpu % 2 ? 'ml' : '' };
      return { timestamp: '2025-07-18T20:42:34Z', value: String(gpu), ...of, ...held };
    });
    const lines = ['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_GPU_TEMP', 'DCGM_FI_DEV_FB_USED'].flatMap((metric_name) =>
      gpus.map((gpu) => {
        const of = { ...gpu, metric_name };
        return written(longHeader, { ...of, labels_raw: usualLabels(of) }, true);
      }),
    );
    const bytes = Buffer.from(`${longHeader}\n${lines.join('\n')}\n`);
    let inFull = 0;
    const counted = (start: BlockReaderStart) => {
      const { dictionary } = start;
      const find = dictionary.find.bind(dictionary);
      dictionary.find = (hash, isSame) => {
        inFull++;
        return find(hash, isSame);
      };
      return chooseReader(start);
    };
    const blocks = blocksOfPieces([bytes], undefined, counted)!;
    assert.equal(
      blocks.reduce((sum, { rows }) => sum + rows, 0),
      lines.length,
    );
    // One whose GPU is held by a pod and one whose is not, and the first of each other metric.
    assert.equal(inFull, 4);
  });
});
