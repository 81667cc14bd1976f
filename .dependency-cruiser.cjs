// Who may import whom: work flows one way, source → append → log → fold → read model → query → client.
const folders = {
  domain: [],
  commands: ['domain'],
  projections: ['domain'],
  'query-api': ['domain'],
  infra: ['domain'],
};
const main = '\\.main\\.ts$';

const layers = Object.entries(folders).map(([from, allowed]) => ({
  name: from + '-imports-only-' + (allowed.join('-and-') || 'itself'),
  severity: 'error',
  from: { path: '^' + from + '/', pathNot: main },
  to: {
    path: '^(domain|commands|projections|query-api|infra|test|data)/',
    pathNot: [
      '^' + from + '/',
      ...allowed.map((folder) => '^' + folder + '/'),
      ...(from === 'query-api' ? ['^projections/.*document\\.ts$'] : []),
    ],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'what-is-queried-knows-no-query',
      severity: 'error',
      from: { path: '^query-api/(model|history)/' },
      to: { path: '^query-api/', pathNot: '^query-api/(model|history|slices)/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nobody-imports-a-main', severity: 'error', from: { pathNot: main }, to: { path: main, dynamic: false } },
    { name: 'nothing-imports-a-test', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { pathNot: '^(test|data)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: '^(dist|coverage)/',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
