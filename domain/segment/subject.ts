import { deviceTemplate, holes, labelTemplate } from './label-template.js';
import { type Series } from './segment.js';
import { type StringTable } from './strings.js';
import { type UuidColumn } from './uuid-column.js';

/** The columns of a subject that every one has, in the order in which they are stored. */
export const subjectColumns = [
  'uuid',
  'gpuIndex',
  'device',
  'modelName',
  'hostname',
  'container',
  'pod',
  'namespace',
  'labels',
  'extraCount',
] as const;

/**
 * What series have in common that differ in the metric alone, as numbers: of a UUID, of texts and templates, and how
 * many extra columns follow, each a pair of name and text.
 */
export type Subject = readonly number[];

/** The row's texts by hole number. */
export const holeTexts = (series: Omit<Series, 'labels' | 'extra'>): readonly string[] => {
  const texts: string[] = [];
  texts[holes.metric] = series.metric;
  texts[holes.gpuIndex] = series.gpuIndex;
  texts[holes.device] = series.device;
  texts[holes.uuid] = series.uuid;
  texts[holes.modelName] = series.modelName;
  texts[holes.hostname] = series.hostname;
  texts[holes.container] = series.container;
  texts[holes.pod] = series.pod;
  texts[holes.namespace] = series.namespace;
  return texts;
};

export const subjectOf = (series: Series, strings: StringTable, uuids: UuidColumn): Subject => {
  const subject = [
    uuids.numberOf(series.uuid),
    strings.numberOf(series.gpuIndex),
    strings.numberOf(deviceTemplate(series.device, series.gpuIndex)),
    strings.numberOf(series.modelName),
    strings.numberOf(series.hostname),
    strings.numberOf(series.container),
    strings.numberOf(series.pod),
    strings.numberOf(series.namespace),
    strings.numberOf(labelTemplate(series.labels, holeTexts(series))),
    series.extra.length,
  ];
  for (const [name, text] of series.extra) subject.push(strings.numberOf(name), strings.numberOf(text));
  return subject;
};
