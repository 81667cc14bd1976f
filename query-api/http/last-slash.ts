/** The path of a request as it is served: `/graphql/` is `/graphql`. */
export const withoutLastSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
