/**
 * The environment for an etcd of our own: without the `ETCD_…` variables of its surroundings, which would override or
 * contradict its flags, without ours, which are secrets in part, and with the one that lets etcd 3.4 start on arm64.
 */
export const etcdEnvironment = (surroundings: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(surroundings).filter(([name]) => !/^(ETCD|TELEMETRY)_/.test(name))),
  ...(process.arch === 'arm64' && { ETCD_UNSUPPORTED_ARCH: 'arm64' }),
});
