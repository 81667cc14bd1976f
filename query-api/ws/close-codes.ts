/** Why the gateway closes a WebSocket; part of the API. */
export const closeCodes = {
  /** The gateway stops: connect again, to another one (RFC 6455 registry: Service Restart). */
  comeBack: 1012,
  /** The subscriber does not read fast enough, or answers no pings; it may resume after its last cursor. */
  tooSlow: 4490,
  /** More operations or subscriptions than one connection may have. */
  tooMany: 4491,
} as const;
