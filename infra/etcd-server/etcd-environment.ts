/**
 * The environment for an etcd of our own: without the `ETCD_…` variables of its surroundings, which would override or
 * contradict its flags, and with the one that lets etcd 3.4 start on arm64.
 */
export const etcdEnvironment = (surroundings: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(surroundings).filter(([name]) => !name.startsWith('ETCD_'))),
  ...(process.arch === 'arm64' && { ETCD_UNSUPPORTED_ARCH: 'arm64' }),
});
