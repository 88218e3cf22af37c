// Records what a Node.js process loads, CommonJS and ES modules, until it asks for its first call: node --require imports.cjs
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const Module = require("node:module");
const { performance } = require("node:perf_hooks");
const { isMainThread } = require("node:worker_threads");

const MARK = "\x1ewarmgate-imports "; // as in records.py, which is not seen where this runs
const NOTICED_US = 30; // a module that was loaded before is found sooner
const HOLDER = "warmgate.imports";
const task = process.env.LAMBDA_TASK_ROOT || "/var/task";
const now = () => Math.round(performance.now() * 1000);
const records = [];
const stack = [];
let written = 0;
let ready = 0;
let began = 0;

function enter(name, by, specifier) {
  const above = stack[stack.length - 1];
  const kept = { name, above, by: by || (above ? above.path || above.name : ""), specifier, began: 0, ended: 0, inner: 0, failed: 1, path: "" };
  records.push(kept);
  stack.push(kept);
  kept.began = now();
  return kept;
}

function leave(kept) {
  kept.ended = now();
  const place = stack.lastIndexOf(kept);
  if (place < 0) return;
  stack.length = place;
  if (kept.above) kept.above.inner += kept.ended - kept.began;
}

// --- CommonJS: what is loaded inside another module's loading is nested in it.

const load = Module._load;
Module._load = function _load(request, parent, isMain) {
  const place = records.length;
  const kept = enter(request, parent && parent.filename, request);
  try {
    const found = load.call(this, request, parent, isMain);
    kept.failed = 0;
    return found;
  } finally {
    leave(kept);
    const was_there = !kept.path && records.length === place + 1 && kept.ended - kept.began < NOTICED_US && !kept.failed;
    if (was_there) {
      records.pop();
      if (kept.above) kept.above.inner -= kept.ended - kept.began;
    }
  }
};
const loadFile = Module.prototype.load;
Module.prototype.load = function (filename) {
  const kept = stack[stack.length - 1];
  if (kept && !kept.path) kept.path = filename;
  return loadFile.call(this, filename);
};

// --- ES modules: each is given a first and a last statement; what it imports is evaluated before it.

const open = new Map();
globalThis[Symbol.for(HOLDER)] = {
  begin(url, by, specifier) {
    const kept = enter(url, by, specifier);
    kept.path = url;
    open.set(url, kept);
  },
  end(url) {
    const kept = open.get(url);
    if (!kept) return;
    kept.failed = 0;
    leave(kept);
  },
};

const HOOKS = `
const importers = new Map();
function noted(found, name, context) {
  if (!importers.has(found.url)) importers.set(found.url, [context.parentURL || "", name]);
  return found;
}
function marked(url, loaded) {
  if (loaded.format !== "module" || !url.startsWith("file:") || url.endsWith("/runtime.mjs") || loaded.source == null) return loaded;
  const text = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  const [by, name] = importers.get(url) || ["", ""];
  const holder = 'globalThis[Symbol.for("${HOLDER}")]';
  const first = text.startsWith("#!") ? text.indexOf("\\n") + 1 : 0;
  const head = holder + ".begin(" + [url, by, name].map((each) => JSON.stringify(each)).join() + ");";
  const source = text.slice(0, first) + head + text.slice(first) + "\\n;" + holder + ".end(" + JSON.stringify(url) + ");";
  return { ...loaded, source };
}`;
if (!isMainThread) {
  // The thread of Node.js 20's hooks loads this file as well, and a function's own threads are not on the way to a call.
} else if (Module.registerHooks) {
  const { noted, marked } = new Function(`${HOOKS}; return { noted, marked };`)();
  Module.registerHooks({
    resolve: (name, context, next) => noted(next(name, context), name, context),
    load: (url, context, next) => marked(url, next(url, context)),
  });
} else if (process.env.WARMGATE_IMPORT_MODULES) {
  const inThread = `${HOOKS}
export const resolve = async (name, context, next) => noted(await next(name, context), name, context);
export const load = async (url, context, next) => marked(url, await next(url, context));`;
  Module.register(`data:text/javascript,${encodeURIComponent(inThread)}`);
}

delete process.env.NODE_OPTIONS; // what the function starts itself is not recorded
delete process.env.WARMGATE_IMPORT_MODULES;

// --- The loop asks whether the handler's file is there, then loads it, then asks for its first call.

const exists = fs.existsSync;
fs.existsSync = function existsSync(path) {
  if (!began && String(path).startsWith(`${task}/`)) {
    began = now();
    fs.existsSync = exists;
  }
  return exists(path);
};
const ask = http.request;
http.request = function request(...given) {
  const path = (given[0] && given[0].path) || "";
  const isNext = path.endsWith("/invocation/next");
  if (isNext) ready = ready || now();
  else if (/\/invocation\/[^/]+\/(response|error)$/.test(path)) write();
  const asked = ask.apply(this, given);
  if (isNext) asked.on("response", write);
  return asked;
};

function write() {
  const first = written;
  if (first && first === records.length) return;
  written = records.length;
  const places = new Map(records.map((each, number) => [each, number]));
  const rows = records.slice(first).map((each) => {
    const self = each.ended - each.began - each.inner;
    const place = each.above ? places.get(each.above) ?? -1 : -1;
    return [each.name, place, 0, each.by || "", 0, each.began, each.ended, self, self, 0, each.failed, each.path, each.specifier || ""];
  });
  let left = Buffer.from(`\n${MARK}${JSON.stringify({ first, ready, began, rows, lines: {} })}\n`);
  while (left.length) {
    try {
      left = left.subarray(fs.writeSync(1, left));
    } catch (error) {
      if (error.code !== "EAGAIN") return;
    }
  }
}
