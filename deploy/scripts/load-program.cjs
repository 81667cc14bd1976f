#!/usr/bin/env node
'use strict';
// The program's bundle begins with this file. It loads the others with the code that V8 made of them when the program
// was built: where there is none, as for another version of Node, V8 makes it anew, which takes 0.1 s.
const { Buffer } = require('node:buffer');
const { readFileSync } = require('node:fs');
const { SourceMap } = require('node:module');
const { basename, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');
const { crc32 } = require('node:zlib');

const programUrl = pathToFileURL(__filename).href;
const parameters = 'exports, require, module, programFolder, programUrl';
const scripts = new Map();
const modules = new Map();

/** Code as it is kept: V8 believes what it is given, and crashes where a loss of power has left a part of that. */
const sumOf = (code) => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(code));
  return sum;
};
const asKept = (code) => Buffer.concat([code, sumOf(code)]);

const madeBefore = (path) => {
  try {
    const kept = readFileSync(`${path}.code`);
    const code = kept.subarray(0, -4);
    return sumOf(code).equals(kept.subarray(-4)) ? code : undefined;
  } catch {
    return undefined;
  }
};

const scriptOf = (name) => {
  const filename = join(__dirname, name);
  const text = readFileSync(filename, 'latin1');
  const source = `(function (${parameters}) {${text}\n})`;
  const script = new Script(source, { filename, cachedData: madeBefore(filename) });
  scripts.set(filename, script);
  return script;
};

/** A module of the bundle by the name of its file. */
const load = (name) => {
  const known = modules.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  scriptOf(name).runInThisContext()(module.exports, requireIn, module, __dirname, programUrl);
  return module.exports;
};
const requireIn = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));

const maps = new Map();

/** Undefined where it is gone, as when the program has been built again since: an error is told all the same. */
const readMap = (file) => {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return undefined;
  }
};
const mapOf = (file) => {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
};

/** A line of a stack with the place in the source, where it has one. */
const inSource = (site) => {
  const text = String(site);
  // Code that was made before names the folder in which it was.
  const file = join(__dirname, basename(site.getFileName() ?? ''));
  if (!scripts.has(file)) return text;
  const { originalSource, originalLine, originalColumn } =
    mapOf(file)?.findEntry(site.getLineNumber() - 1, site.getColumnNumber() - 1) ?? {};
  if (!originalSource) return text;
  const place = `${originalSource}:${originalLine + 1}:${originalColumn + 1}`;
  return text.replace(/[^( ]+:\d+:\d+(?=\)?$)/, place);
};

// Node maps only what it has loaded itself.
if (process.sourceMapsEnabled) {
  const nameAndMessage = Error.prototype.toString;
  Error.prepareStackTrace = (error, sites) =>
    [nameAndMessage.call(error), ...sites.map((site) => `    at ${inSource(site)}`)].join('\n');
}

module.exports = { load, scripts, asKept };
// A thread of the program begins as the program does.
if (require.main === module || !isMainThread) {
  const { early, main, thread } = require('./package.json');
  for (const name of isMainThread ? [early, main] : [thread]) load(name);
}
