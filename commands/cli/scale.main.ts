import { resolve } from 'node:path';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { dataDirOption, jsonOption } from '../../infra/config/common-options.js';
import { sendOrder } from '../../infra/supervisor/control.js';
import { ScaleAnswer } from '../../infra/supervisor/orders.js';
import { readCopies } from '../../infra/supervisor/read-copies.js';
import { gatewayAddresses } from '../../infra/supervisor/process-report.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { scaleAnsweredWithinMs } from '../../infra/supervisor/scale-crew.js';
import { describeScaling, planScaling } from '../../infra/supervisor/scaling.js';
import { startWithinMs } from '../../infra/supervisor/until-ready.js';

type Scaled = Extract<ScaleAnswer, { readonly kind: 'scaled' }>;

const present = (
  { roles, not_ready: notReady }: Scaled,
  gateways: readonly string[],
  json: boolean,
  { print, complain }: CliContext,
): ExitCode => {
  const ok = notReady === undefined;
  if (json) print(JSON.stringify({ ok, roles, gateways, ...(notReady !== undefined && { not_ready: notReady }) }));
  else {
    for (const { role, from, to } of roles) print(`${role}: ${String(to)}${from === to ? ', as before' : ''}`);
    for (const url of gateways) print(`Query API: ${url}`);
  }
  if (!ok) complain(`telemetry scale: ${notReady}. It is tried on; see telemetry status and telemetry logs.`);
  return ok ? 0 : 1;
};

export const command = cliCommand({
  summary: 'Change how many streamers, collectors and gateways of a running system there are.',
  args: '<ROLE=N...>',
  notes:
    'ROLE is streamer, collector or gateway; N is at most 10 and at least 1, for streamers 0. The newest copies are\n' +
    'stopped first and finish what they do; those that have failed do not count and are forgotten. New gateways listen\n' +
    'on the ports after the last one. Returns when the new copies are ready and the surplus ones have ended.',
  options: { ...dataDirOption, ...jsonOption },
  run: async (options, context) => {
    const { args, complain } = context;
    const wanted = readCopies(args);
    if (isLeft(wanted)) {
      complain(`telemetry scale: ${wanted.left.join('\n  and ')}`);
      return 2;
    }
    const dataDir = resolve(options.dataDir);
    const state = await runningSystem(dataDir);
    if (state === undefined) {
      complain(`Nothing runs on ${dataDir}. Start a system with: telemetry up`);
      return 1;
    }
    if (!options.json) planScaling(state.processes, wanted.right).map(describeScaling).forEach(complain);
    const answer = ScaleAnswer.decode(
      await sendOrder(state.control, { order: 'scale', copies: wanted.right }, scaleAnsweredWithinMs(startWithinMs)),
    );
    if (isRight(answer) && answer.right.kind === 'scaled') {
      const now = await runningSystem(dataDir);
      return present(answer.right, now === undefined ? [] : gatewayAddresses(now), options.json, context);
    }
    const refused = isRight(answer) && answer.right.kind === 'refused' ? answer.right.reason : undefined;
    const why = refused === undefined ? 'the supervisor does not answer' : `${refused}. Nothing was changed`;
    complain(`telemetry scale: ${why}.`);
    return 1;
  },
});
