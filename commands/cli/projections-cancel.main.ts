import { isLeft } from 'fp-ts/lib/Either.js';
import { ProjectionName } from '../../domain/generation.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { openStore } from '../../infra/config/open-store.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { requestCancel } from '../projections/request-cancel.js';
import { unknownProjections } from '../projections/unknown-projections.js';

export const cancel = cliCommand({
  summary: 'Give up the build of a projection; queries go on answering from the active generation.',
  args: '<NAME>',
  notes: 'Also clears away a build that has failed. Exits 1 when nothing is being built.',
  options: { ...connectionOptions, ...jsonOption },
  run: async (options, { args: [name = ''], signal, print, complain }) => {
    if (!ProjectionName.is(name)) {
      complain(unknownProjections([name]) ?? '');
      return 2;
    }
    const store = await openStore(options, signal);
    if (isLeft(store)) {
      complain(store.left);
      return 1;
    }
    const { client, keys } = store.right;
    try {
      const record = await requestCancel(generationRegistry(client, keys), name, signal);
      const generation = record && String(record.generation);
      if (options.json)
        print(JSON.stringify({ name, generation: generation ?? null, cancelled: record !== undefined }));
      else if (generation !== undefined) print(`${name}: the build of generation ${generation} is given up.`);
      if (record === undefined) complain(`${name} is not being built: there is nothing to cancel.`);
      return record === undefined ? 1 : 0;
    } finally {
      client.close();
    }
  },
});
