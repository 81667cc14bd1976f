import { type StatusLimits } from './queries/status.js';

/** How a gateway runs. */
export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on: loopback unless asked otherwise. */
  readonly listen: string;
  readonly statusLimits: StatusLimits;
}
