import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { knownMetrics } from '../../domain/metrics.js';
import {
  addressOf,
  adminToken,
  askAsDocumented,
  fetchDocument,
  operationsIn,
  type ApiDocument,
  type DocumentedParameter,
  type PlacedOperation,
} from './support/api-document.js';
import { getAsDocumented } from './support/as-documented.js';
import { mutatedCursor } from './support/mutated-cursor.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Schema } from './support/matches-schema.js';
import { World } from './support/world.js';
import { full } from '../support/full-counts.js';

const requestsEach = full ? 700 : 12;

const host = 'mtv5-dgx1-hgpu-031';
const uuid = 'GPU-5fd4f087-86f3-7a43-b711-4771313afc50';

/** A fleet in which every documented example is found, and every list is longer than one. */
const exampleWorld = (): World => {
  const world = new World();
  world.adminToken = adminToken;
  const cluster = 'local-cluster';
  world.append(
    knownMetrics.map(({ metric }, n) => {
      return { uuid, host, at: `2025-07-18T20:42:${34 + (n % 4)}Z`, metric, value: n / 8, pod: 'p' };
    }),
    { cluster },
  );
  world.writeHistory();
  const mig = { labels: 'GPU_I_ID="7",GPU_I_PROFILE="1g.10gb"', index: '1' };
  world.append(
    [
      { uuid: 'GPU-x', host, at: '2025-07-18T20:42:36.25Z', value: 7, ...mig },
      { uuid, host, at: '2025-07-18T20:42:36Z', metric: 'DCGM_FI_DEV_XID_ERRORS', value: 31 },
    ],
    { cluster },
  );
  const xid = { at: '2025-07-18T20:42:37Z', metric: 'DCGM_FI_DEV_XID_ERRORS', value: 79 };
  world.append([{ uuid: 'GPU-y', host: 'h2', ...xid }], { cluster });
  world.append([{ uuid: 'GPU-z', host: 'h3', ...xid }], { cluster: 'c2' });
  return world;
};

/** Times, numbers, names and steps that are almost right, and rubbish. */
const almost = [
  ...['', ' ', '0', '-1', '1', '10000', '10001', '1e3', '9007199254740993', '18446744073709551616', '%00', '\u0000'],
  ...['2025-07-18T20:42:34Z', '2025-02-30T00:00:00Z', '9999-12-31T23:59:59.999999999-23:59', '0000-01-01T00:00:00Z'],
  ...['0000-01-01T00:00:00+23:59', '2025-07-18T20:42:34+02:00', '2025-07-18 20:42:34', 'now', 'NaN', 'null', '[]'],
  ...['10s', '1ms', '366d', '367d', '0s', '1m', '90s', 'asc', 'desc', 'avg', 'last', 'active', 'stale', 'STALE'],
  ...['gpu_utilization', 'power_draw,DCGM_FI_DEV_GPU_TEMP', 'power_draw,', 'DCGM_FI_X', '__proto__', 'constructor'],
  ...['local-cluster', host, uuid, 'GPU-x:7', '../../etc/passwd', "'; drop", '<script>', '🦊', 'e30', 'eyJ2IjoxfQ'],
];

const valueFor = (parameter: DocumentedParameter): fc.Arbitrary<string> => {
  const words = (parameter.schema.enum ?? []).map(String);
  const examples = parameter.example === undefined ? [] : [parameter.example];
  const likely = fc.constantFrom(...(words.length + examples.length > 0 ? [...words, ...examples] : ['1']));
  return fc.oneof(
    { weight: 30, arbitrary: likely },
    { weight: 2, arbitrary: fc.constantFrom(...almost) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  );
};

const wrongRevision = { weight: 1, arbitrary: fc.constantFrom('-1', 'x', '12345678901234567890') };

/** Mostly left out: one that goes with other filters has a request refused for it alone. */
const cursorFrom = (given: readonly string[], through: bigint): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...almost) },
    ...given.flatMap((cursor) => [
      { weight: 1, arbitrary: fc.constant(cursor) },
      { weight: 1, arbitrary: mutatedCursor(cursor, through) },
    ]),
  );

const requestOf = (
  parameters: readonly DocumentedParameter[],
  cursors: fc.Arbitrary<string | undefined>,
): fc.Arbitrary<Record<string, string>> => {
  const special: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {
    // What waits for five seconds is tested by itself; here it would only be slow.
    min_revision: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('0', '1') }, wrongRevision),
    cursor: cursors,
  };
  const shape = Object.fromEntries(
    parameters.map((parameter) => [parameter.name, special[parameter.name] ?? valueFor(parameter)]),
  );
  const required = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const given = (values: Record<string, string | undefined>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
  // An alias beside its parameter is refused, which one request in a few shows well enough.
  const withoutAliases = ({ cluster, host: alias, ...others }: Record<string, string | undefined>) =>
    given({
      ...others,
      ...(others['cluster_id'] ? {} : { cluster }),
      ...(others['hostname'] ? {} : { host: alias }),
    });
  const any = fc.record(shape, { requiredKeys: required });
  return fc.oneof({ weight: 9, arbitrary: any.map(withoutAliases) }, { weight: 1, arbitrary: any.map(given) });
};

/** The same with only some of what is not in the path: with every filter a list is hardly ever longer than one. */
const withFewer = (
  requests: fc.Arbitrary<Record<string, string>>,
  { path }: PlacedOperation,
): fc.Arbitrary<Record<string, string>> =>
  requests.chain((values) => {
    const others = Object.keys(values).filter((name) => !path.includes(`{${name}}`));
    return fc
      .subarray(others)
      .map((kept) =>
        Object.fromEntries(Object.entries(values).filter(([name]) => !others.includes(name) || kept.includes(name))),
      );
  });

/** An empty or a dotted segment is another path. */
const isAnotherPath = ({ path }: PlacedOperation, values: Readonly<Record<string, string>>): boolean =>
  Object.entries(values).some(([name, value]) => path.includes(`{${name}}`) && /^\.{0,2}$/.test(value));

describe('the OpenAPI document', function () {
  this.timeout(600_000);
  const world = exampleWorld();
  let gateway: RunningGateway;
  let document: ApiDocument;
  /** One of each list that has pages, by its operation. */
  let cursors: ReadonlyMap<string, string>;

  before(async () => {
    gateway = await startGateway(world);
    assert.equal((await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`)).status, 200);
    document = await fetchDocument(gateway);
    cursors = await cursorsOfLists();
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const hasPages = ({ parameters = [] }: PlacedOperation): boolean => parameters.some(({ name }) => name === 'cursor');

  /** `next_cursor` of the first item that is found with these values. */
  const cursorBehindOne = async (
    operation: PlacedOperation,
    values: Readonly<Record<string, string>>,
  ): Promise<string | undefined> => {
    const { status, body } = await getAsDocumented(gateway, document, addressOf(operation, { ...values, limit: '1' }));
    assert.equal(status, 200);
    return body['next_cursor'] as string | undefined;
  };

  const cursorsOfLists = async (): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    for (const operation of operationsIn(document).filter(hasPages)) {
      const inPath = operation.parameters!.filter((parameter) => parameter.in === 'path');
      const cursor = await cursorBehindOne(
        operation,
        Object.fromEntries(inPath.map((one) => [one.name, one.example!])),
      );
      found.set(operation.operationId, cursor ?? assert.fail(`${operation.operationId} has one page`));
    }
    return found;
  };

  const countsByName = () => {
    const counts = new Map<string, number>();
    const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
    return { counts, count, show: () => console.log([...counts].map(([name, n]) => `      ${name}: ${n}`).join('\n')) };
  };

  it('is valid OpenAPI 3.0.3, as JSON and as YAML', async () => {
    const validator = new Validator();
    const asJson = await validator.validate(document as object as Record<string, unknown>);
    assert.deepEqual([asJson.valid, asJson.errors], [true, undefined]);
    const yaml = await (await fetch(`${gateway.origin}/swagger/swagger.yaml`)).text();
    const asYaml = await new Validator().validate(yaml);
    assert.deepEqual([asYaml.valid, asYaml.errors], [true, undefined]);
    assert.deepEqual(
      asYaml.valid && new Validator().resolveRefs({ specification: document as never }) !== undefined,
      true,
    );
  });

  it('documents every route of the API, every parameter with a description, every metric with its unit', async () => {
    for (const { path, parameters = [] } of operationsIn(document))
      for (const parameter of parameters)
        assert.ok((parameter as { description?: string }).description, `${path} ${parameter.name}`);
    const record = JSON.stringify(document.components.schemas['TelemetryRecord']);
    for (const { field, unit } of knownMetrics) {
      assert.ok(record.includes(`"${field}"`), field);
      assert.ok(record.includes(`, in ${unit} (`), `${field}: ${unit}`);
    }
  });

  it('tells the meaning of every field of every answer', () => {
    const silent: string[] = [];
    const look = (at: string, schema: Schema): void => {
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        const reference = field.$ref?.split('/').at(-1) ?? '';
        if (!(field.description ?? document.components.schemas[reference]?.description)) silent.push(`${at}.${name}`);
        look(`${at}.${name}`, field);
      }
      for (const part of [schema.items, schema.additionalProperties, ...(schema.allOf ?? []), ...(schema.oneOf ?? [])])
        if (typeof part === 'object') look(at, part);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) look(name, schema);
    for (const { operationId, responses } of operationsIn(document))
      for (const [status, { content = {} }] of Object.entries(responses))
        for (const { schema } of Object.values(content)) look(`${operationId} ${status}`, schema);
    assert.deepEqual(silent, []);
  });

  it('every documented example is answered, and every answer is as documented', async () => {
    for (const operation of operationsIn(document)) {
      const { path, method, parameters = [] } = operation;
      // Without a read token there are no sessions.
      const good = path === '/session' ? 404 : method === 'post' ? 202 : 200;
      const examples = parameters.filter(({ example }) => example !== undefined);
      const inPath = examples.filter((parameter) => parameter.in === 'path');
      const given = (some: readonly DocumentedParameter[]) =>
        Object.fromEntries(some.map(({ name, example }) => [name, example!]));
      assert.equal(await askAsDocumented(gateway, document, operation, given(inPath)), good, path);
      const aliases = new Set(['cluster', 'host']);
      const all = examples.filter(({ name }) => !aliases.has(name));
      assert.equal(await askAsDocumented(gateway, document, operation, given(all)), good, path);
      for (const one of examples.filter((parameter) => parameter.in === 'query' && parameter.name !== 'agg'))
        assert.equal(await askAsDocumented(gateway, document, operation, given([...inPath, one])), good, one.name);
    }
  });

  it(`Q3: ${requestsEach} random requests of each operation are answered as documented, never by a 5xx`, async () => {
    const { count, show } = countsByName();
    for (const operation of operationsIn(document)) {
      const { operationId, parameters = [] } = operation;
      const given = cursors.get(operationId);
      await fc.assert(
        fc.asyncProperty(requestOf(parameters, cursorFrom(given ? [given] : [], world.revision)), async (values) => {
          fc.pre(!isAnotherPath(operation, values));
          const status = await askAsDocumented(gateway, document, operation, values);
          count(`${operationId} ${status}`);
          assert.ok(status < 500, `${status}`);
        }),
        { numRuns: requestsEach },
      );
    }
    show();
  });

  it(`Q2, Q3: of ${requestsEach} random walks of each list, the next page comes by its cursor, and by a mutated one no 5xx`, async () => {
    const { counts, count, show } = countsByName();
    for (const operation of operationsIn(document).filter(hasPages)) {
      const { operationId, parameters = [] } = operation;
      const requests = withFewer(requestOf(parameters, fc.constant(undefined)), operation);
      await fc.assert(
        fc.asyncProperty(requests, fc.gen(), async (values, generate) => {
          fc.pre(!isAnotherPath(operation, values));
          if ((await askAsDocumented(gateway, document, operation, values)) !== 200) return;
          const cursor = await cursorBehindOne(operation, values);
          if (cursor === undefined) return count(`${operationId} has no other page`);
          const behind = await askAsDocumented(gateway, document, operation, { ...values, cursor });
          count(`${operationId} by its cursor ${behind}`);
          assert.equal(behind, 200);
          const mutated = { ...values, cursor: generate(mutatedCursor, cursor, world.revision) };
          const status = await askAsDocumented(gateway, document, operation, mutated);
          count(`${operationId} by a mutated cursor ${status}`);
          assert.ok(status < 500, `${status}`);
        }),
        { numRuns: requestsEach },
      );
    }
    show();
    for (const operationId of cursors.keys()) assert.ok(counts.has(`${operationId} by its cursor 200`), operationId);
  });

  it(`Q3: ${requestsEach} mangled queries of each operation are refused, not failed at`, async () => {
    const names = ['limit', 'cursor', 'order', 'metrics', 'status', 'start_time', 'min_revision', 'nobody', '', '%00'];
    const piece = fc.oneof(
      fc.constantFrom(...almost.map(encodeURIComponent), '%', '%E0%A4', '%zz', '+', '=', '#', ';', '[]', '&&'),
      fc.string({ unit: 'binary', maxLength: 10 }).map(encodeURI),
    );
    const { count, show } = countsByName();
    for (const { path, method, operationId } of operationsIn(document)) {
      const pair = fc.tuple(fc.constantFrom(...names), piece).map(([name, value]) => `${name}=${value}`);
      const given = cursors.get(operationId);
      const withCursor = (cursor: string) =>
        fc.oneof(fc.constant(cursor), mutatedCursor(cursor, world.revision)).map((value) => `cursor=${value}`);
      const some = given === undefined ? pair : fc.oneof({ weight: 3, arbitrary: pair }, withCursor(given));
      const query = fc.array(some, { maxLength: 5 }).map((pairs) => pairs.join('&'));
      await fc.assert(
        fc.asyncProperty(query, piece, async (mangled, part) => {
          fc.pre(!/min_revision=[1-9]\d{2,}/.test(mangled));
          const address = path.replaceAll(/\{\w+\}/g, part === '' ? 'x' : part.replaceAll(/[#?]/g, ''));
          const response = await fetch(`${gateway.origin}${address}?${mangled}`, {
            signal: AbortSignal.timeout(60_000),
          });
          const text = await response.text();
          count(`${method === 'get' ? operationId : `GET ${path}`} ${response.status}`);
          assert.ok(response.status < 500, `${address}?${mangled} answered ${response.status}`);
          assert.doesNotMatch(text, /node_modules|\bat .*\.js:\d+/, mangled);
        }),
        { numRuns: requestsEach },
      );
    }
    show();
  });

  it('npm run openapi writes the document that is served, as JSON and as YAML', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-openapi-'));
    const program = fileURLToPath(new URL('../../query-api/openapi/write-openapi.main.js', import.meta.url));
    const write = (file: string) => promisify(execFile)(process.execPath, [program, file]);
    assert.equal((await write(join(folder, 'a.json'))).stdout, `${join(folder, 'a.json')}\n`);
    // The validator resolves references within what it is given.
    assert.deepEqual(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8')), await fetchDocument(gateway));
    await write(join(folder, 'a.yaml'));
    const yaml = await (await fetch(`${gateway.origin}/swagger/swagger.yaml`)).text();
    assert.equal(await readFile(join(folder, 'a.yaml'), 'utf8'), yaml);
    await assert.rejects(write('--nonsense'), { code: 2 });
    await rm(folder, { recursive: true });
  });

  it('Swagger UI and its document are served from this server alone', async () => {
    const docs = await fetch(`${gateway.origin}/docs`);
    assert.deepEqual([docs.url, docs.status], [`${gateway.origin}/swagger/`, 200]);
    assert.equal((await fetch(`${gateway.origin}/docs/`)).url, `${gateway.origin}/swagger/`);
    const page = await docs.text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    assert.ok(links.length >= 4);
    for (const link of links) {
      assert.doesNotMatch(link, /^(https?:)?\/\//);
      assert.equal((await fetch(`${gateway.origin}/swagger/${link}`)).status, 200, link);
    }
    const policy = docs.headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self'/);
    // A browser is told to ask nobody else.
    assert.doesNotMatch(policy, /https?:|\*/);
    const moved = await fetch(`${gateway.origin}/swagger`, { redirect: 'manual' });
    assert.ok([301, 302].includes(moved.status));
  });
});
