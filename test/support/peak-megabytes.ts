import { readFile } from 'node:fs/promises';

/** The most memory that a process had at a time, in MB, as the kernel counts it. Rejects when the process has ended. */
export const peakMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024) / 1e6;
};
