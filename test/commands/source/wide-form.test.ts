import assert from 'node:assert/strict';
import { openSource } from '../../../commands/source/open-source.js';
import { never } from '../../support/never.js';
import { cluster, eventsOf, identify, memoryText, readText, rejectedOf, textsOf } from '../../support/source-texts.js';

const header = 'timestamp,gpu_id,uuid,hostname,device,model_name,rack,gpu_utilization,temperature,DCGM_FI_DEV_NVLINK';
const at = '2025-07-18T20:42:34Z';
const row = (cells: string, uuid = 'GPU-1'): string => `${at},3,${uuid},host-1,nvidia3,H100,r7,${cells}`;
const text = (...rows: readonly string[]): string => [header, ...rows, ''].join('\n');

describe('the wide form', () => {
  it('S3: each cell with a value is an event; an empty one was not sampled', async () => {
    const source = await identify(memoryText(Buffer.from(text(row('50,,7.0')))));
    assert.equal(source.form, 'wide');
    const blocks = await readText(text(row('50,,7.0'), row('0,31,')));
    assert.deepEqual(
      eventsOf(blocks).map(({ metric, value, text: kept }) => [metric, value, kept]),
      [
        ['DCGM_FI_DEV_GPU_UTIL', 50, undefined],
        ['DCGM_FI_DEV_NVLINK', 7, '7.0'],
        ['DCGM_FI_DEV_GPU_UTIL', 0, undefined],
        ['DCGM_FI_DEV_GPU_TEMP', 31, undefined],
      ],
    );
    assert.deepEqual(textsOf(blocks[0]!.series.at(0)), {
      metric: 'DCGM_FI_DEV_GPU_UTIL',
      gpuIndex: '3',
      device: 'nvidia3',
      uuid: 'GPU-1',
      modelName: 'H100',
      hostname: 'host-1',
      container: '',
      pod: '',
      namespace: '',
      labels: '',
      extra: [['rack', 'r7']],
    });
    assert.deepEqual(Array.from(blocks[0]!.seriesAt), [0, 1, 0, 2]);
    assert.equal(blocks[0]!.rows, 2);
  });

  it('S3: a row with a bad cell is a dead letter as a whole, with every reason', async () => {
    const blocks = await readText(text(row('50,NaN,x'), row('1,2,3'), row('1,2,3', ''), row(',,')));
    assert.equal(eventsOf(blocks).length, 3);
    const reasons = rejectedOf(blocks).map((rejected) => rejected.reasons);
    assert.match(reasons[0]![0]!, /^temperature is "NaN"; accepted: a finite decimal number.*, or nothing$/);
    assert.match(reasons[0]![1]!, /^DCGM_FI_DEV_NVLINK is "x"/);
    assert.match(reasons[1]![0]!, /^uuid is ""; accepted: a GPU UUID/);
    assert.deepEqual(reasons[2], ['no metric column has a value: nothing was sampled']);
  });

  it('S3: both spellings of the host and the model, and columns by their DCGM names', async () => {
    const spelled = 'timestamp,gpu_id,uuid,Hostname,modelName,DCGM_FI_DEV_POWER_USAGE';
    const blocks = await readText(`${spelled}\n${at},0,GPU-1,host-1,H100,73.136\n`);
    const series = blocks[0]!.series.at(0);
    assert.deepEqual([series.hostname, series.modelName, series.metric], ['host-1', 'H100', 'DCGM_FI_DEV_POWER_USAGE']);
  });

  it('S3: a header that lacks a column, or says one thing twice, is refused', async () => {
    const refusal = async (names: string): Promise<string> => {
      const opening = await openSource(memoryText(Buffer.from(`${names}\n`)), cluster, never);
      return opening.kind === 'refused' ? opening.message : opening.kind;
    };
    assert.match(await refusal('timestamp,gpu_utilization'), /missing: uuid, hostname, gpu_id$/);
    assert.match(await refusal(`${header},Hostname`), /the columns "hostname" and "Hostname" mean the same/);
    assert.match(
      await refusal(`${header},DCGM_FI_DEV_GPU_UTIL`),
      /"gpu_utilization" and "DCGM_FI_DEV_GPU_UTIL" mean the same/,
    );
    assert.match(await refusal(`${header},rack`), /the column "rack" is there twice/);
  });
});
