import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseDeadLetterId } from '../../../domain/dead-letter-id.js';
import { refusal } from '../../parameters/parameter.js';
import { badInput } from '../arguments.js';
import { assertPermitted } from '../permitted.js';
import { RequestContext } from '../request-context.js';
import { DeadLetterReplayType } from '../types/dead-letter.type.js';

/** Each is a transaction of its own. */
const mostIds = 100;

/** The letters that the ids name, each once. */
const lettersOf = (ids: readonly string[]) => {
  if (ids.length === 0 || ids.length > mostIds) {
    throw badInput([refusal('ids', `a list of ${String(ids.length)}`, `1 to ${String(mostIds)} ids`)]);
  }
  const letters = [...new Set(ids)].map((id) => ({ id, place: parseDeadLetterId(id) }));
  const wrong = letters.filter(({ place }) => place === undefined);
  if (wrong.length > 0) throw badInput(wrong.map(({ id }) => refusal('ids', id, 'SOURCE/OFFSET of a dead letter')));
  return letters.flatMap(({ place }) => place ?? []);
};

@Resolver()
export class DeadLetterResolver {
  @Mutation(() => [DeadLetterReplayType], {
    description:
      'Asks for dead letters to be read again, as after a mended parser. It is recorded, and done by a streamer, once ' +
      'for each letter; those that are refused once more stay dead letters. Needs the admin token: Authorization: ' +
      'Bearer TOKEN.',
  })
  async replayDeadLetters(
    @Arg('ids', () => [String], {
      description: `SOURCE/OFFSET, as \`telemetry dead-letters list\` shows; at most ${String(mostIds)}.`,
    })
    ids: string[],
    @Ctx() { gateway, signal, authorization }: RequestContext,
  ): Promise<DeadLetterReplayType[]> {
    assertPermitted(gateway.permission(authorization));
    return [...(await gateway.replayDeadLetters(lettersOf(ids), signal))];
  }
}
