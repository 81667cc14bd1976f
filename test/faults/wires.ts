import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

/** All connections between some processes and etcd, whatever number of members it has. */
export class Wires {
  private constructor(private readonly proxies: readonly TcpProxy[]) {}

  /** Whoever starts them closes them. */
  static async to(endpoints: readonly string[]): Promise<Wires> {
    return new Wires(await Promise.all(endpoints.map((endpoint) => startTcpProxy(portOf(endpoint)))));
  }

  /** What those processes are told as the addresses of etcd. */
  get endpoints(): string {
    return this.proxies.map(({ endpoint }) => endpoint).join(',');
  }

  /** Open now. */
  get connections(): number {
    return this.proxies.reduce((sum, { connections }) => sum + connections, 0);
  }

  /** What a proxy can do, on all of them. */
  all(act: (proxy: TcpProxy) => void): void {
    this.proxies.forEach(act);
  }

  /** What they held back is lost, and everything goes through again. */
  lose(): void {
    this.all((proxy) => {
      proxy.cut();
      proxy.pass();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
