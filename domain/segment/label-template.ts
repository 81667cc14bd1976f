import { hole, isPlain, literal, type Template } from './template.js';

/** The columns that labels repeat, by the number of their hole. Part of the format. */
export const holes = {
  metric: 0,
  gpuIndex: 1,
  device: 2,
  uuid: 3,
  modelName: 4,
  hostname: 5,
  container: 6,
  pod: 7,
  namespace: 8,
} as const;

/** The columns that label keys are known to repeat; `instance` goes on with a port. */
const columnsByKey: ReadonlyMap<string, number> = new Map([
  ['Hostname', holes.hostname],
  ['UUID', holes.uuid],
  ['__name__', holes.metric],
  ['gpu', holes.gpuIndex],
  ['device', holes.device],
  ['instance', holes.hostname],
  ['modelName', holes.modelName],
  ['container', holes.container],
  ['exported_container', holes.container],
  ['pod', holes.pod],
  ['exported_pod', holes.pod],
  ['namespace', holes.namespace],
  ['exported_namespace', holes.namespace],
]);
/** Tried in this order under any other key, when they are too long to be there by chance. */
const recognisable = [holes.uuid, holes.hostname];
const shortest = 5;

/**
 * The labels of a row with each value that begins as another column does replaced by a hole. `columns` are the row's
 * texts by hole number. Any template that gives the text back is right; this one is the same for all rows of one
 * exporter, which is what makes it cheap.
 */
export const labelTemplate = (labels: string, columns: readonly string[]): Template => {
  if (!isPlain(labels)) return literal(labels);
  let template = '';
  let done = 0;
  for (let opening = labels.indexOf('="'); opening >= 0; opening = labels.indexOf('="', done)) {
    const value = opening + 2;
    const key = labels.slice(Math.max(done, labels.lastIndexOf(',', opening) + 1), opening);
    const column = columnAt(labels, value, key, columns);
    template += labels.slice(done, value);
    done = value;
    if (column < 0) continue;
    template += hole(column);
    done += columns[column]!.length;
  }
  return template + labels.slice(done);
};

/** A value of labels that does not begin as these columns do, by hole number; else it would be a hole for the first. */
export interface KeptValue {
  /** The hole that it begins with, or -1; and the text behind that. */
  readonly hole: number;
  readonly text: string;
  readonly unlike: readonly number[];
}

/**
 * What makes the template of these labels that of others, too, which differ in the texts of its holes: the values that
 * must not begin as columns do. Holds where no column has a quote in it.
 */
export const keptValues = (template: Template): readonly KeptValue[] => {
  const kept: KeptValue[] = [];
  let done = 0;
  for (let opening = template.indexOf('="'); opening >= 0; opening = template.indexOf('="', done)) {
    const value = opening + 2;
    const key = template.slice(Math.max(done, template.lastIndexOf(',', opening) + 1), opening);
    const found = template.charCodeAt(value) - 1;
    const isHole = found >= 0 && found <= holes.namespace;
    const usual = columnsByKey.get(key);
    const tried = usual === undefined ? recognisable : [usual];
    const unlike = isHole ? tried.slice(0, tried.indexOf(found)) : tried;
    done = isHole ? value + 1 : value;
    const end = template.indexOf('"', done);
    const text = template.slice(done, end < 0 ? template.length : end);
    if (unlike.length > 0) kept.push({ hole: isHole ? found : -1, text, unlike });
  }
  return kept;
};

/** Whether labels that the template makes of these columns have that very template, whose values are these. */
export const areKept = (values: readonly KeptValue[], columns: readonly string[]): boolean =>
  columns[holes.uuid]!.length >= shortest &&
  columns[holes.hostname]!.length >= shortest &&
  values.every((value) => isKept(value, columns));

const isKept = ({ hole: first, text, unlike }: KeptValue, columns: readonly string[]): boolean => {
  const value = first < 0 ? text : columns[first]! + text;
  for (let at = 0; at < unlike.length; at++) if (begins(value, 0, columns[unlike[at]!]!)) return false;
  return true;
};

/** The column that the labels continue with at `at`, or -1. */
const columnAt = (labels: string, at: number, key: string, columns: readonly string[]): number => {
  const usual = columnsByKey.get(key);
  if (usual !== undefined) return begins(labels, at, columns[usual]!) ? usual : -1;
  for (const column of recognisable)
    if (columns[column]!.length >= shortest && begins(labels, at, columns[column]!)) return column;
  return -1;
};

const begins = (labels: string, at: number, text: string): boolean => text.length > 0 && labels.startsWith(text, at);

/** `nvidia0` of GPU 0 is `nvidia` and a hole for the index. */
export const deviceTemplate = (device: string, gpuIndex: string): Template => {
  if (gpuIndex === '' || !device.endsWith(gpuIndex) || !isPlain(device)) return literal(device);
  return device.slice(0, device.length - gpuIndex.length) + hole(holes.gpuIndex);
};
