/** The version that an etcd binary states of itself. */
export interface EtcdVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The oldest version whose transactions, leases and fragmented watches the log relies on. */
const oldestSupported: EtcdVersion = { major: 3, minor: 4, patch: 0 };

/** Reads the first line of `etcd --version`, `etcd Version: 3.5.21`; undefined when that is not what it says. */
export const parseEtcdVersion = (output: string): EtcdVersion | undefined => {
  const match = /etcd Version: v?(\d+)\.(\d+)\.(\d+)/.exec(output);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined;
};

export const isSupported = (version: EtcdVersion): boolean =>
  version.major > oldestSupported.major ||
  (version.major === oldestSupported.major && version.minor >= oldestSupported.minor);

export const formatEtcdVersion = (version: EtcdVersion): string =>
  `${String(version.major)}.${String(version.minor)}.${String(version.patch)}`;
