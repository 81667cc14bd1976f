const absent: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/**
 * What is read of a file or folder, undefined where there is none. Whatever else is in the way is thrown: what another
 * user has locked away is there.
 */
export const ifThere = async <A>(reading: Promise<A>): Promise<A | undefined> => {
  try {
    return await reading;
  } catch (error) {
    if (absent.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
};
