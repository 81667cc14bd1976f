import { access } from 'node:fs/promises';
import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { listenPorts } from '../processes/listen-ports.js';
import { type ChildProgram } from './child-program.js';
import { nodeChild } from './node-child.js';
import { collectorCommands, gatewayCommands, type RoleSettings, streamerCommands } from './role-commands.js';
import { type UpOptions } from './up-options.js';

/** Sources that name one file or folder which is not there; a glob may match later. */
export const absentSources = async (sources: readonly string[]): Promise<readonly string[]> => {
  const plain = sources.filter((source) => !/[*?[{]/.test(source));
  const there = await Promise.all(
    plain.map((source) =>
      access(source).then(
        () => true,
        () => false,
      ),
    ),
  );
  return plain.filter((_, index) => !there[index]);
};

const paceText = (speed: UpOptions['speed']): string | undefined =>
  typeof speed === 'number' ? `${String(speed)}x` : speed;

/** The gateways' ports, or a sentence when one that was asked for is taken. */
export const planPorts = (options: UpOptions): Promise<Either<string, readonly number[]>> =>
  listenPorts({ asked: options.port, usual: 8080, count: options.gateways, host: options.listen });

/** The streamers, collectors and gateways that `up` runs: each is this program again, with a command of its own. */
export const planRoles = async (
  options: UpOptions,
  endpoints: readonly string[],
  script: string,
  env: NodeJS.ProcessEnv,
): Promise<Either<string, readonly ChildProgram[]>> => {
  const ports = await planPorts(options);
  if (isLeft(ports)) return ports;
  const settings: RoleSettings = { ...options, endpoints };
  const sources = { ...options, sources: options.source, speed: paceText(options.speed) };
  const commands = [
    ...streamerCommands(options.streamers, settings, sources),
    ...collectorCommands(options.collectors, settings),
    ...gatewayCommands(ports.right, options.listen, settings),
  ];
  return right(commands.map((command) => nodeChild({ ...command, script, env })));
};
