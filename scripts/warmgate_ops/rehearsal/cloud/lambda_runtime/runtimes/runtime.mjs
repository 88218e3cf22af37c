// Runs a Node.js function behind Lambda's runtime API, as the managed nodejs runtimes do: node runtime.mjs HANDLER
import fs from "node:fs";
import http from "node:http";
import * as modules from "node:module";
import path from "node:path";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import util from "node:util";

const require = modules.createRequire(import.meta.url);
const env = process.env;
// The emulator is given a far longer limit than the function has: its own deadline would count init in.
const overtimeS = 1000;
const limitS = Number(env.AWS_LAMBDA_FUNCTION_TIMEOUT ?? 0) - overtimeS;
delete env.AWS_LAMBDA_FUNCTION_TIMEOUT;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const api = "/2018-06-01/runtime";
const major = Number(/nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 20);
const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
const requestIdKey = Symbol.for("aws.lambda.runtime.requestId");

function runtimeError(name, cause) {
  const error = new Error(cause instanceof Error ? String(cause) : cause);
  Object.defineProperty(error, "name", { value: `Runtime.${name}` }); // not listed, as a class's own name is not
  return error;
}

// --- Log lines: text with tabs or one JSON object; a line of several rows stays one event.

const priorities = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const asJson = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";

function withErrors(_key, value) {
  if (!(value instanceof Error)) return value;
  const stackTrace = typeof value.stack === "string" ? value.stack.split("\n") : value.stack;
  return { errorType: value.constructor?.name ?? "UnknownError", errorMessage: value.message, stackTrace, ...value };
}

function jsonLine(level, parts) {
  const line = { timestamp: new Date().toISOString(), level, requestId: globalThis[requestIdKey] };
  if (parts.length === 1) {
    try {
      return JSON.stringify({ ...line, message: parts[0] }, withErrors);
    } catch {
      return JSON.stringify({ ...line, message: util.format(parts[0]) }); // a circle, or a BigInt
    }
  }
  line.message = util.format(...parts);
  const error = parts.find((part) => part instanceof Error);
  if (error) {
    line.errorType = error.constructor?.name ?? "UnknownError";
    line.errorMessage = error.message;
    line.stackTrace = typeof error.stack === "string" ? error.stack.split("\n") : [];
  }
  return JSON.stringify(line);
}

function write(level, ...parts) {
  const text = asJson
    ? jsonLine(level, parts)
    : `${new Date().toISOString()}\t${globalThis[requestIdKey]}\t${level}\t${util.format(...parts)}`;
  process.stdout.write(`${text.replaceAll("\n", "\r")}\n`);
}

function patchConsole() {
  const least = priorities[env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? priorities.TRACE;
  for (const level of Object.keys(priorities)) {
    console[level.toLowerCase()] = priorities[level] >= least ? (...parts) => write(level, ...parts) : () => {};
  }
  console.log = console.info;
}

function logError(title, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(thrown);
  if (asJson) {
    console.error(error);
    return;
  }
  let text;
  try {
    text = JSON.stringify(error, (_key, value) =>
      value instanceof Error
        ? { errorType: value.name, errorMessage: value.message, code: value.code, ...value, stack: value.stack?.split?.("\n") }
        : value,
    );
  } catch {
    text = JSON.stringify(described(error));
  }
  console.error(title, `\t${text}`);
}

// --- The runtime API.

function ask(method, where, body = "", headers = {}) {
  return new Promise((resolve, reject) => {
    const length = method === "POST" ? { "Content-Length": Buffer.byteLength(body) } : {};
    const options = { host, port, method, path: api + where, agent, headers: { ...length, ...headers } };
    const request = http.request(options, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ body: Buffer.concat(chunks), headers: answer.headers }));
      answer.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function described(error) {
  try {
    const isError = util.types.isNativeError(error) || (error?.name && error?.message && typeof error?.stack === "string");
    if (!isError) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    const clean = (text) => text?.replaceAll("\x7F", "%7F");
    return { errorType: clean(error.name), errorMessage: clean(error.message), trace: clean(error.stack).split("\n") };
  } catch {
    return { errorType: "handled", errorMessage: "the thrown value has no readable name, message or stack" };
  }
}

// The emulator answers errors as it answers results: the id says that this one is none. It is taken out again.
function postError(where, error) {
  const body = { ...described(error), requestId: globalThis[requestIdKey] ?? "" };
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": body.errorType };
  return ask("POST", where, JSON.stringify(body), headers);
}

// --- The handler: FOLDER/FILE.EXPORT, and EXPORT may be nested.

function isModule(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (path.basename(folder) === "node_modules") return false;
    const description = path.join(folder, "package.json");
    if (fs.existsSync(description)) {
      try {
        return JSON.parse(fs.readFileSync(description, "utf8")).type === "module";
      } catch (error) {
        console.warn(`${description} cannot be read, it will be ignored for ES module detection purposes.`, error);
        return false;
      }
    }
    if (folder === path.dirname(folder)) return false;
  }
}

// Lambda's own Node.js finds ES modules in NODE_PATH too, behind every node_modules above the importing file.
// Node.js 20 runs hooks in a thread, which costs a cold start 40 ms: there is none where those folders are not there.
function findModulesInNodePath() {
  const folders = (env.NODE_PATH ?? "").split(":").filter((each) => path.basename(each) === "node_modules" && fs.existsSync(each));
  if (!folders.length) return;
  const places = folders.map((each) => pathToFileURL(path.join(path.dirname(each), "importing.mjs")).href);
  if (modules.registerHooks) modules.registerHooks({ resolve: resolverOf(places) });
  else modules.register(`data:text/javascript,${encodeURIComponent(RESOLVER_IN_A_THREAD)}`, { data: places });
}

const isElsewhere = (error, name) => error?.code !== "ERR_MODULE_NOT_FOUND" || /^([./]|[a-z]+:)/i.test(name);

function resolverOf(places) {
  return (name, context, next) => {
    let first;
    for (const where of [context, ...places.map((parentURL) => ({ ...context, parentURL }))]) {
      try {
        return next(name, where);
      } catch (error) {
        first ??= error;
        if (isElsewhere(error, name)) throw error;
      }
    }
    throw first;
  };
}

const RESOLVER_IN_A_THREAD = `
const isElsewhere = ${isElsewhere};
let places = [];
export const initialize = (given) => { places = given; };
export async function resolve(name, context, next) {
  let first;
  for (const where of [context, ...places.map((parentURL) => ({ ...context, parentURL }))]) {
    try {
      return await next(name, where);
    } catch (error) {
      first ??= error;
      if (isElsewhere(error, name)) throw error;
    }
  }
  throw first;
}`;

async function loadModule(root, folder, name) {
  const file = path.resolve(root, folder, name);
  const imported = (extension) => import(pathToFileURL(file + extension).href);
  if (fs.existsSync(file) && fs.statSync(file).isFile()) return require(file);
  if (fs.existsSync(`${file}.js`)) return isModule(`${file}.js`) ? imported(".js") : require(`${file}.js`);
  if (fs.existsSync(`${file}.mjs`)) return imported(".mjs");
  if (fs.existsSync(`${file}.cjs`)) return require(`${file}.cjs`);
  return require(require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

async function loadHandler(root, written) {
  if (written.includes("..")) {
    throw runtimeError(
      "MalformedHandlerName",
      `'${written}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(written);
  const [, name, exported] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
  if (name === undefined) throw runtimeError("MalformedHandlerName", "Bad handler");
  let found;
  try {
    found = await loadModule(root, written.slice(0, written.indexOf(base)), name);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError("UserCodeSyntaxError", error);
    if (error?.code === "MODULE_NOT_FOUND") throw runtimeError("ImportModuleError", error);
    throw error;
  }
  const handler = exported.split(".").reduce((value, key) => value && value[key], found);
  if (!handler) throw runtimeError("HandlerNotFound", `${written} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${written} is not a function`);
  return handler;
}

function offerStreaming() {
  globalThis.awslambda = {
    streamifyResponse: (handler) => Object.assign(handler, { [streaming]: "response" }),
    HttpResponseStream: {
      from(stream, prelude) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream.write(JSON.stringify(prelude));
        stream.write(Buffer.alloc(8));
        return stream;
      },
    },
  };
}

// --- One call at a time.

let whenIdle = () => {};
let onCrash = (error) => postError("/init/error", error);

async function crash(title, error, code) {
  logError(title, error);
  try {
    await onCrash(error);
  } finally {
    process.exit(code);
  }
}

function parsed(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

function traceOf(headers) {
  try {
    const heard = JSON.parse(headers["lambda-runtime-client-context"]); // as told.py writes it
    return heard.trace || headers["lambda-runtime-trace-id"];
  } catch {
    return headers["lambda-runtime-trace-id"];
  }
}

function contextOf(headers) {
  const heard = parsed(headers["lambda-runtime-client-context"], "ClientContext") ?? {}; // as told.py writes it
  const deadline = limitS > 0 ? Date.now() + limitS * 1000 : Number(headers["lambda-runtime-deadline-ms"]);
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(heard.context ?? undefined, "ClientContext"),
    identity: parsed(headers["lambda-runtime-cognito-identity"], "CognitoIdentity"),
    invokedFunctionArn: heard.arn ?? headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Offer callback, succeed, fail and done: the first of them ends the call, a callback once nothing is left to do. */
function endings(context, finish) {
  let ended = false;
  let waits = true;
  const once = (ending) => (...values) => {
    if (ended) return;
    ended = true;
    whenIdle = () => {};
    ending(...values);
  };
  const isFailure = (error) => error !== undefined && error !== null;
  const done = once((error, result) => finish(error, result, isFailure(error)));
  const callback = once((error, result) => {
    if (isFailure(error) || !waits) finish(error, result, isFailure(error));
    else whenIdle = () => finish(null, result, false);
  });
  if (major < 24) {
    Object.defineProperty(context, "callbackWaitsForEmptyEventLoop", {
      get: () => waits,
      set: (value) => (waits = value),
      enumerable: true,
    });
    Object.assign(context, { done, succeed: (result) => done(null, result), fail: (error) => done(error ?? "handled") });
  }
  return { callback, done };
}

async function answer(id, error, result, failed) {
  let body = null;
  if (!failed) {
    try {
      body = Buffer.isBuffer(result) ? result : JSON.stringify(result === undefined ? null : result);
    } catch {
      [error, failed] = [new Error("Unable to stringify response body"), true];
    }
  }
  whenIdle = () => {};
  if (failed) {
    logError("Invoke Error", error);
    await postError(`/invocation/${id}/error`, error);
  } else {
    await ask("POST", `/invocation/${id}/response`, body ?? "null", { "Content-Type": "application/json" });
  }
}

function streamed(handler, event, context) {
  const stream = Object.assign(new PassThrough(), { setContentType() {} });
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
  return Promise.all([handler(event, stream, context), ended]).then(() => Buffer.concat(chunks));
}

function serve(handler, { body, headers }) {
  const id = headers["lambda-runtime-aws-request-id"];
  if (body.equals(NO_CALL)) return postError(`/invocation/${id}/error`, runtimeError("UnmarshalError", "no call"));
  globalThis[requestIdKey] = id;
  const trace = traceOf(headers);
  if (trace) env._X_AMZN_TRACE_ID = trace;
  else delete env._X_AMZN_TRACE_ID;
  onCrash = (error) => postError(`/invocation/${id}/error`, error);
  return new Promise((resolve, reject) => {
    const context = {};
    const { callback, done } = endings(context, (error, result, failed) => answer(id, error, result, failed).then(resolve, reject));
    // Nothing is left to do, and nobody has answered: an async function waits for what never comes.
    whenIdle = () => {
      if (handler.constructor?.name === "AsyncFunction") done(runtimeError("NodeJsExit", NEVER_SETTLED));
      else done(null, null);
    };
    try {
      Object.assign(context, contextOf(headers));
      const event = JSON.parse(body.toString("utf8"));
      const result = handler[streaming] ? streamed(handler, event, context) : handler(event, context, major < 24 ? callback : undefined);
      if (typeof result?.then === "function") result.then((value) => done(null, value), (error) => done(error ?? "handled"));
      else if (major >= 24) done(null, result);
    } catch (error) {
      done(error ?? "handled");
    }
  });
}

const NO_CALL = Buffer.of(0xff); // what initialises an environment of provisioned concurrency
const NEVER_SETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that " +
  "was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";
// Type and text as AWS's runtime prints them (github.com/open-telemetry/opentelemetry-js-contrib/issues/3251).
const NO_CALLBACKS =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
  "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
  "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

async function run() {
  patchConsole();
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, 129));
  process.on("unhandledRejection", (reason, promise) => {
    const error = Object.assign(runtimeError("UnhandledPromiseRejection", reason), { reason, promise });
    crash("Unhandled Promise Rejection", error, 128);
  });
  process.on("beforeExit", () => whenIdle());
  offerStreaming();
  findModulesInNodePath();
  const handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? process.cwd(), process.argv[2] ?? env._HANDLER);
  if (major >= 24 && handler.length >= 3 && !handler[streaming]) throw runtimeError("CallbackHandlerDeprecated", NO_CALLBACKS);
  const next = () => ask("GET", "/invocation/next").catch(() => process.exit(1)); // the environment has ended
  for (;;) await serve(handler, await next());
}

run().catch((error) => crash("Uncaught Exception", error, 129));
