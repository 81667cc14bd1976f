/** Both ways between two threads. What is sent is copied, but for buffers that are moved. */
export interface Channel {
  send(message: unknown, moved?: readonly ArrayBuffer[]): void;
  /** The next message; undefined when the other side has closed or is gone. To be asked one at a time. */
  next(): Promise<unknown>;
  close(): void;
}
