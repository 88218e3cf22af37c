// What the Node.js package promises, asked of both of its entries; run by test_node.py.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { beforeEach, test } from 'node:test'

const entry = process.env.READY_ENTRY
const { deferred, eager, isWarming, join, ready, warmable, warmed } = entry.endsWith('.cjs')
  ? createRequire(import.meta.url)(entry)
  : await import(entry)
const PING = { warmgate: 'warm', hold_ms: 75 }
const later = (ms, value) => new Promise((resolve) => setTimeout(() => resolve(value), ms))
const context = (more = {}) => ({ logStreamName: '2026/11/27/[7]aa', getRemainingTimeInMillis: () => 3000, ...more })

function counted ({ failures = 0, ms = 0 } = {}) {
  const load = async () => {
    load.calls += 1
    const call = load.calls
    await later(ms)
    if (call <= failures) throw new RangeError(`failure ${call}`)
    return { call }
  }
  load.calls = 0
  return load
}

/** Run a script in a Node.js of its own, with other variables; return what it printed. */
function alone (script, env = {}) {
  const text = `import * as ready from ${JSON.stringify(entry)}\n${script}`
  const found = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8', env: { ...process.env, WARMGATE_READY_LOG: '1', ...env }
  })
  assert.equal(found.status, 0, found.stderr)
  return found.stdout.trim().split('\n').filter(Boolean)
}

beforeEach(() => {
  delete process.env.WARMGATE_READY
  process.env.AWS_LAMBDA_INITIALIZATION_TYPE = 'on-demand'
  process.env.WARMGATE_READY_LOG = '0'
})

test('a value is loaded at its first use, and once by many that use it at the same time', async () => {
  const load = counted({ ms: 20 })
  const found = deferred(load)
  assert.equal(load.calls, 0)
  const values = await Promise.all(Array.from({ length: 1000 }, () => found()))
  assert.equal(new Set(values).size, 1)
  assert.equal(load.calls, 1)
})

test('a module is deferred by a dynamic import', async () => {
  const path = deferred(() => import('node:path'))
  assert.equal((await path()).basename('/a/b'), 'b')
})

test('an error reaches each use and is not kept', async () => {
  const load = counted({ failures: 2 })
  const found = deferred(load)
  await assert.rejects(found(), { name: 'RangeError', message: 'failure 1' })
  await assert.rejects(found(), (error) => /ready\.test\.mjs/.test(error.stack) && error.message === 'failure 2')
  assert.equal((await found()).call, 3)
  assert.equal((await found()).call, 3)
})

test('a loader that throws at once is the same as one whose promise fails', async () => {
  let calls = 0
  const found = deferred(() => { calls += 1; if (calls < 2) throw new TypeError('no'); return calls })
  await assert.rejects(found(), { message: 'no' })
  assert.equal(await found(), 2)
})

test('what grows old is loaded anew', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1000 })
  const load = counted()
  const found = deferred(load, { refreshAfterMs: 60_000 })
  const first = await found()
  t.mock.timers.tick(59_000)
  assert.equal(await found(), first)
  t.mock.timers.tick(2_000)
  assert.notEqual(await found(), first)
  assert.equal(load.calls, 2)
})

test('a started value loads beside the init, and join waits for it and for no other', async () => {
  const soon = counted({ ms: 50 })
  deferred(soon, { start: true })
  let lateIsDone = false
  const late = deferred(() => later(400).then(() => { lateIsDone = true }), { start: true, join: 'first_use' })
  await join()
  assert.equal(soon.calls, 1)
  assert.equal(lateIsDone, false)
  await late()
})

test('a start that fails is tried again at first use, and rejects nothing that nobody handles', async () => {
  const load = counted({ failures: 1 })
  const found = deferred(load, { start: true })
  await join()
  assert.equal((await found()).call, 2)
})

test('where no caller waits everything loads in init', () => {
  for (const [kind, asked, expected] of [
    ['on-demand', '', false], ['provisioned-concurrency', '', true], ['snap-start', '', true],
    ['lambda-managed-instances', '', true], ['on-demand', 'eager', true], ['provisioned-concurrency', 'lazy', false]
  ]) {
    process.env.AWS_LAMBDA_INITIALIZATION_TYPE = kind
    process.env.WARMGATE_READY = asked
    assert.equal(eager(), expected)
  }
  const said = alone("ready.deferred(() => 1, { name: 'rates' }); ready.deferred(async () => 2, { name: 'slow' }); await ready.join()",
    { AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency', WARMGATE_READY: '' })
  assert.deepEqual(said.map((line) => JSON.parse(line).warmgate_ready).map(({ name, phase }) => [name, phase]),
    [['rates', 'init'], ['slow', 'init']])
})

test('each load is a line of the log, and none where that is turned off', () => {
  const script = "const a = ready.deferred(async () => 1, { name: 'a' }); await a(); await a()"
  const [line, ...more] = alone(script)
  const { name, ms, phase } = JSON.parse(line).warmgate_ready
  assert.deepEqual([name, typeof ms, phase, more], ['a', 'number', 'first_use', []])
  assert.deepEqual(alone(script, { WARMGATE_READY_LOG: '0' }), [])
})

test('ready loads all and rejects with the first error after that', () => {
  const [first, second] = alone(`
    let calls = 0
    ready.deferred(async () => { if (++calls < 2) throw new Error('once') }, { name: 'bad' })
    let loaded = 0
    ready.deferred(async () => { loaded += 1 }, { name: 'good' })
    const error = await ready.ready().catch((error) => error)
    console.log(error.message, loaded)
    await ready.ready()
    console.log(calls, loaded)`, { WARMGATE_READY_LOG: '0' })
  assert.deepEqual([first, second], ['once 1', '2 1'])
})

test('a ping is known by payload or client context', () => {
  for (const [event, custom, expected] of [
    [PING, {}, true], [{}, { warmgate: 'warm' }, true], [{ warmer: true, concurrency: 3 }, {}, true],
    [{ source: 'serverless-plugin-warmup' }, {}, true], [{}, { source: 'serverless-plugin-warmup' }, true],
    [{ warmgate: 'smoke' }, { warmgate: 'smoke' }, false], [{ source: 'aws.events' }, {}, false],
    [[PING], {}, false], ['warm', {}, false], [null, undefined, false]
  ]) assert.equal(isWarming(event, { clientContext: { custom } }), expected)
  assert.equal(isWarming({}, undefined), false)
  assert.equal(isWarming({}, { clientContext: undefined }), false)
})

test('a ping never reaches the handler, and every other call does, with its callback', () => {
  const lines = alone(`
    const handler = ready.warmable(function handler (event, context, callback) { callback(null, event.a) })
    const context = { logStreamName: 's', getRemainingTimeInMillis: () => 3000 }
    console.log(JSON.stringify(await handler(${JSON.stringify(PING)}, context)))
    handler({ a: 1 }, context, (error, found) => console.log(found))
    console.log(JSON.stringify(await handler(${JSON.stringify(PING)}, context)))
    console.log(handler.length, ready.warmable(async (event) => event).length)`)
  assert.deepEqual(lines.map((line) => line.startsWith('{') ? JSON.parse(line) : line), [
    { warmgate: 'warm', environment: 's', cold: true }, '1',
    { warmgate: 'warm', environment: 's', cold: false }, '3 1'
  ])
})

test('a ping is held for as long as it says and no longer', async () => {
  for (const [hold, left, least, most] of [
    [75, 3000, 70, 300], [60_000, 300, 95, 350], [75, 100, 0, 60], ['long', 3000, 0, 60], [NaN, 3000, 0, 60]
  ]) {
    const began = performance.now()
    await warmed({ hold_ms: hold }, context({ getRemainingTimeInMillis: () => left }))
    const took = performance.now() - began
    assert.ok(took >= least && took < most, `${hold} of ${left}: ${took}`)
  }
})

test('what fails to load stands in the answer, and is tried again', () => {
  const [failed, then] = alone(`
    let calls = 0
    const rates = ready.deferred(async () => { if (++calls < 2) throw new RangeError('no'); return calls }, { name: 'rates' })
    console.log(JSON.stringify((await ready.warmed({})).failed))
    console.log(await rates())`, { WARMGATE_READY_LOG: '0' })
  assert.deepEqual([failed, then], ['{"rates":"RangeError"}', '2'])
})

test('what is no loader, and a join that is none, are refused', () => {
  assert.throws(() => deferred('x'), /deferred: found string, expected a function that loads/)
  assert.throws(() => deferred(() => 1, { join: 'later' }), /join: found "later", expected init_end or first_use/)
})
