// How the modules of the program and of its dependencies are taken into its bundle.
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { createRequire } from 'node:module';

/**
 * What a module finds beside itself stays where it is, so a bundled module still names the place from which it came.
 * The loader gives the folder of the bundle and the place of the program in it.
 */
const places = (path, outdir) => ({
  'import.meta.url': `new URL(${JSON.stringify(relative(outdir, path))}, programUrl).href`,
  __dirname: `(programFolder + ${JSON.stringify(`/${relative(outdir, dirname(path))}`)})`,
});

/**
 * A map whose only mapping is where nothing stands. All of a file's map is read when the first error in it is told, and
 * most errors are answers of etcd: with the maps of all dependencies, that took 0.3 s of a core.
 */
const emptyMap = Buffer.from('{"version":3,"sources":[""],"mappings":"gggggBAAA"}').toString('base64');
const withoutMap = (contents) => `${contents}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`;
const isOurs = (path) => !path.includes('/node_modules/');

/** Etcd's messages, parsed now instead of in every process that begins. */
const messagesOfEtcd = () => {
  const fromEtcd = createRequire(createRequire(import.meta.url).resolve('etcd3'));
  const loader = createRequire(fromEtcd.resolve('@grpc/proto-loader'));
  const { Root } = loader('protobufjs');
  const root = new Root().loadSync(fromEtcd.resolve('../proto/rpc.proto'), { keepCase: true });
  return JSON.stringify(root.toJSON());
};

/** Descriptions of messages are for those who ask a server what it offers: nobody does, and they take longest to make. */
const undescribed = (kind) => `return { format: '${kind}', type: {}, fileDescriptorProtos: [] };`;

/** What is changed in a dependency, so that a process begins sooner: what stands there, and what instead. */
const changes = [
  {
    file: /\/etcd3\/lib\/connection-pool\.js$/,
    texts: [['loadSync)(`${__dirname}/../proto/rpc.proto`,', () => `fromJSON)(${messagesOfEtcd()},`]],
  },
  {
    file: /\/@grpc\/proto-loader\/build\/src\/index\.js$/,
    texts: [
      ['const descriptor = require("protobufjs/ext/descriptor");', () => 'const descriptor = undefined;'],
      ["const descriptorList = root.toDescriptor('proto3').file;", () => 'const descriptorList = [];'],
      [
        "const messageDescriptor = message.toDescriptor('proto3');",
        () => undescribed('Protocol Buffer 3 DescriptorProto'),
      ],
      [
        "const enumDescriptor = enumType.toDescriptor('proto3');",
        () => undescribed('Protocol Buffer 3 EnumDescriptorProto'),
      ],
    ],
  },
];

const changed = (path, text) =>
  (changes.find(({ file }) => file.test(path))?.texts ?? []).reduce((before, [from, to]) => {
    const parts = before.split(from);
    // Versions are exact: another one is looked at by whoever chooses it.
    if (parts.length !== 2) throw new Error(`${path} is not what it was: see how the program is bundled`);
    return parts.join(to());
  }, text);

/** What is written for bundlers takes in only what is used, and no module copies it when it is loaded. */
const forBundlers = { filter: /^(io-ts$|fp-ts\/lib\/)/ };
const writtenForBundlers = (path) =>
  createRequire(import.meta.url).resolve(path === 'io-ts' ? 'io-ts/es6/index.js' : path.replace('/lib/', '/es6/'));

/**
 * Packages in CommonJS that many modules import: each would copy all that they export, when it is loaded. They are one
 * module instead, which does that once.
 */
const ofMany = { filter: /^(etcd3|prom-client|graphql)$/ };
const copiedOnce = (name) => {
  const exported = Object.keys(createRequire(import.meta.url)(name)).filter((one) => one !== 'default');
  return `import * as all from '${name}'; export const { ${exported.join(', ')} } = all;`;
};

/** Where a thread is started: the bundle's first file loads what it runs. */
const threadProgram = /new URL\("\.\/[a-z-]+-thread\.main\.js", import\.meta\.url\)/g;

/** @returns {import('esbuild').Plugin} */
export const programModules = (outdir) => ({
  name: 'modules',
  setup: ({ onLoad, onResolve }) => {
    onResolve(forBundlers, ({ path }) => ({ path: writtenForBundlers(path), sideEffects: false }));
    onResolve(ofMany, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace !== 'copied once' ? { path, namespace: 'copied once' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'copied once' }, ({ path }) => ({
      contents: copiedOnce(path),
      resolveDir: import.meta.dirname,
    }));
    onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
      const place = places(path, outdir);
      const text = changed(path, await readFile(path, 'utf8'));
      const placed = text
        .replaceAll(threadProgram, 'new URL(programUrl)')
        .replaceAll(/\bimport\.meta\.url\b|\b__dirname\b/g, (found) => place[found]);
      return { contents: isOurs(path) ? placed : withoutMap(placed) };
    });
    onLoad({ filter: /\/node_modules\/.*\.json$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: withoutMap(`module.exports = ${text}`), loader: 'js' };
    });
  },
});
