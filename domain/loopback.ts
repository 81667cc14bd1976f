/** Whether a host or an address to listen on is reached from this machine alone. */
export const isLoopback = (address: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(address) || /^127(\.\d+){0,3}$/.test(address);
