/** What those ask who look after the gateway. It tells nothing of the fleet, and is always answered. */
export const probes: ReadonlySet<string> = new Set(['/livez', '/readyz', '/health', '/metrics']);
