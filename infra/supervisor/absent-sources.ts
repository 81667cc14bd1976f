import { access } from 'node:fs/promises';

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
