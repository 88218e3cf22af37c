// Load what a Lambda function needs where it costs least: in init, beside init, or in the call that uses it.
'use strict'

// AWS_LAMBDA_INITIALIZATION_TYPE where init comes before any caller: what is loaded there keeps nobody waiting.
const EAGER = ['provisioned-concurrency', 'snap-start', 'lambda-managed-instances']
const AHEAD = ['provisioned-concurrency', 'lambda-managed-instances']
// A ping holds its environment no longer, whatever it asks for: it is billed.
const LONGEST_HOLD_MS = 1000
const SPARE_MS = 200
const items = []
let calls = 0

function initType () {
  return process.env.AWS_LAMBDA_INITIALIZATION_TYPE || 'on-demand'
}

/** Whether all is loaded in init: by WARMGATE_READY (eager or lazy), else by how Lambda initialises. */
function eager () {
  const asked = (process.env.WARMGATE_READY || '').trim().toLowerCase()
  return asked === 'eager' || asked === 'lazy' ? asked === 'eager' : EAGER.includes(initType())
}

function isPromise (value) {
  return value !== null && typeof value === 'object' && typeof value.then === 'function'
}

function log (name, began, phase, error) {
  if (process.env.WARMGATE_READY_LOG === '0') return
  const ms = Math.round((performance.now() - began) * 10) / 10
  const said = { name, ms, phase, ...(error ? { error: error.name || String(error) } : {}) }
  process.stdout.write(`${JSON.stringify({ warmgate_ready: said })}\n`)
}

/** Something that is loaded once, however many callers ask; an error is given to who uses it, and not kept. */
class Item {
  constructor (load, name, refreshAfterMs) {
    Object.assign(this, { load, name, refreshAfterMs, promise: undefined, loadedAt: undefined, awaited: false })
    items.push(this)
  }

  isStale () {
    if (this.loadedAt === undefined || this.refreshAfterMs === undefined) return false
    return Date.now() - this.loadedAt >= this.refreshAfterMs
  }

  get (phase = 'first_use') {
    if (this.promise === undefined || this.isStale()) this.promise = this.begin(phase)
    return this.promise
  }

  begin (phase) {
    const began = performance.now()
    this.loadedAt = undefined
    let found
    try {
      // Called here and not in a promise: what loads without waiting, as require() does, is loaded when this returns.
      found = this.load()
    } catch (error) {
      return this.dropped(error, began, phase)
    }
    if (isPromise(found)) {
      const mine = Promise.resolve(found).then(
        (value) => this.done(value, began, phase),
        (error) => this.dropped(error, began, phase, mine)
      )
      return mine
    }
    return Promise.resolve(this.done(found, began, phase))
  }

  done (value, began, phase) {
    this.loadedAt = Date.now()
    log(this.name, began, phase)
    return value
  }

  dropped (error, began, phase, mine) {
    // The next use tries again; in a later one nothing newer is dropped.
    if (mine === undefined || this.promise === mine) queueMicrotask(() => { this.promise = undefined })
    if (phase !== 'first_use') log(this.name, began, phase, error)
    return Promise.reject(error)
  }

  /** Begin where nobody uses it yet; what went wrong meets the first use, if it lasts. */
  tried (phase) {
    return this.get(phase).then(() => undefined, (error) => error)
  }
}

/**
 * Return a function whose call gives a promise of what a loader gave: `const db = deferred(() => connect())`, then
 * `(await db()).query()`. `load` is called once, and again after an error; `deferred(() => import('x'))` defers a module.
 */
function deferred (load, { name, start = false, join = 'init_end', refreshAfterMs } = {}) {
  if (typeof load !== 'function') throw new TypeError(`deferred: found ${typeof load}, expected a function that loads`)
  if (!['init_end', 'first_use'].includes(join)) {
    throw new TypeError(`join: found ${JSON.stringify(join)}, expected init_end or first_use`)
  }
  const item = new Item(load, name || load.name || String(load).replace(/\s+/g, ' ').slice(0, 80), refreshAfterMs)
  if (eager() || start) {
    item.awaited = join === 'init_end' || eager()
    item.begun = item.tried(eager() ? 'init' : 'background')
  }
  return () => item.get()
}

/** Wait for what was begun to be done by the end of init: `await join()` is the last line of an ES module. */
async function join () {
  await Promise.all(items.filter((item) => item.awaited).map((item) => item.begun))
}

async function loadAll (phase) {
  const tried = await Promise.all(items.map(async (item) => [item.name, await item.tried(phase)]))
  return tried.filter(([, error]) => error !== undefined)
}

/** Load everything that was declared; rejects with the first error after all have been tried. */
async function ready () {
  for (const [, error] of await loadAll('ready')) throw error
}

function isPing (said) {
  if (said === null || typeof said !== 'object' || Array.isArray(said)) return false
  return said.warmgate === 'warm' || said.warmer === true || said.source === 'serverless-plugin-warmup'
}

/** Whether a call is a keep-warm ping: Warmgate's, lambda-warmer's or serverless-plugin-warmup's. Ask once a call. */
function isWarming (event, context) {
  calls += 1
  const client = context?.clientContext
  return [event, client?.custom ?? client?.Custom].some(isPing)
}

/** Load everything, hold the environment for as long as the ping says, and give the answer. */
async function warmed (event, context) {
  const began = performance.now()
  const failed = await loadAll('warm')
  const asked = typeof event?.hold_ms === 'number' && event.hold_ms > 0 ? event.hold_ms : 0
  const left = context?.getRemainingTimeInMillis?.() ?? LONGEST_HOLD_MS + SPARE_MS
  const hold = Math.min(asked, LONGEST_HOLD_MS, left - SPARE_MS) - (performance.now() - began)
  if (hold > 0) await new Promise((resolve) => setTimeout(resolve, hold))
  const cold = calls <= 1 && !AHEAD.includes(initType())
  const answer = { warmgate: 'warm', environment: context?.logStreamName ?? null, cold }
  if (failed.length) answer.failed = Object.fromEntries(failed.map(([name, error]) => [name, error?.name || 'Error']))
  return answer
}

/** Return a handler that answers pings itself, and gives every other call, with its callback, to the handler. */
function warmable (handler) {
  const answering = (...call) => isWarming(call[0], call[1]) ? warmed(call[0], call[1]) : handler(...call)
  // Runtimes from Node.js 24 on refuse a handler that takes a callback, by how many arguments it has.
  return Object.defineProperty(answering, 'length', { value: handler.length })
}

module.exports = { deferred, eager, isWarming, join, ready, warmable, warmed }
