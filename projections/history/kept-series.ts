import { type Device } from '../../domain/device.js';
import { type MetricName } from '../../domain/ids.js';
import { type Series, type Subject } from '../../domain/segment/segment.js';
import { createSubject, SubjectSeries } from '../../domain/segment/subject.js';

const noExtra: Series['extra'] = [];

/** How a device stood and was called, and nothing else. */
const asKept = (series: Series, { uuid, hostname }: Device): Series => ({
  ...{ metric: series.metric, gpuIndex: series.gpuIndex, device: series.device, uuid },
  ...{ modelName: series.modelName, hostname, container: '', pod: '', namespace: '', labels: '', extra: noExtra },
});

class KeptSeries extends SubjectSeries {
  constructor(
    metric: MetricName,
    subject: Subject,
    private readonly name: string,
  ) {
    super(metric, subject);
  }

  override get device(): string {
    return this.name;
  }

  override get labels(): string {
    return '';
  }
}

/** A run tells series of one device and metric apart by how the device stood and was called. */
export const sameAsKept = (a: Series, b: Series): boolean =>
  a === b || (a.gpuIndex === b.gpuIndex && a.device === b.device && a.modelName === b.modelName);

/**
 * What history keeps of series of one device: which metric, and how the device stood and was called then. Those that
 * follow one another and differ in the metric alone share their subject, which is then encoded once.
 */
export const keptSeries = (series: readonly Series[], device: Device): readonly Series[] => {
  let [like, subject]: [Series | undefined, Subject | undefined] = [undefined, undefined];
  return series.map((one) => {
    if (!like || !sameAsKept(like, one)) subject = createSubject(asKept(one, device));
    like = one;
    return new KeptSeries(one.metric, subject!, one.device);
  });
};
