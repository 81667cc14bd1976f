import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { accessArguments } from '../config/access-options.js';
import { gatewayTlsArguments } from '../config/gateway-tls-options.js';
import { retentionArguments } from '../config/retention-options.js';
import { type ScalableRole } from './copies.js';
import { GatewayPortNumbers } from './gateway-port-numbers.js';
import { nodeChild } from './node-child.js';
import {
  collectorCommand,
  gatewayCommand,
  type RoleCommand,
  type RoleSettings,
  streamerCommand,
} from './role-commands.js';
import { roleEnvironment } from './role-environment.js';
import { type Recruit } from './scale-crew.js';
import { type UpOptions } from './up-options.js';

const paceText = (speed: UpOptions['speed']): string | undefined =>
  typeof speed === 'number' ? `${String(speed)}x` : speed;

/** Makes the streamers, collectors and gateways of a system: each is this program again, with a command of its own. */
export const recruitRoles = (
  options: UpOptions,
  endpoints: readonly string[],
  script: string,
  env: NodeJS.ProcessEnv,
): Recruit => {
  const settings: RoleSettings = { ...options, endpoints };
  // The embedded etcd is this system's own, whatever else is said.
  const etcdMaintenance = options.etcdMaintenance || options.etcd === undefined;
  const retention = retentionArguments({ ...options, etcdMaintenance });
  const stream = { ...options, sources: options.source, speed: paceText(options.speed) };
  const access = [...accessArguments(options), ...gatewayTlsArguments(options)];
  const ports = new GatewayPortNumbers(options);
  const commandsOf = async (
    role: ScalableRole,
    numbers: readonly number[],
  ): Promise<Either<string, readonly RoleCommand[]>> => {
    switch (role) {
      case 'streamer':
        return numbers.length > 0 && stream.sources.length === 0
          ? left('this system streams nothing: start it with --source')
          : right(numbers.map((number) => streamerCommand(number, settings, stream)));
      case 'collector':
        return right(numbers.map((number) => collectorCommand(number, settings, retention)));
      case 'gateway': {
        const assigned = await ports.assign(numbers);
        if (isLeft(assigned)) return assigned;
        return right(
          numbers.map((number, i) => gatewayCommand(number, assigned.right[i]!, options.listen, settings, access)),
        );
      }
    }
  };
  return async (role, numbers) => {
    const commands = await commandsOf(role, numbers);
    return isLeft(commands)
      ? commands
      : right(commands.right.map((command) => nodeChild({ ...command, script, env: roleEnvironment(role, env) })));
  };
};
