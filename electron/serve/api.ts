import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Engine } from '../../shared/contract.ts'
import { isRunId, type JobId } from '../../shared/ids.ts'
import { badInput, type Fault, fail, type Result } from '../../shared/result.ts'
import { readAnswer, readCommand } from './command-body.ts'
import { type ServedEngine, streamEvents, streamMachines, streamReadings } from './streams.ts'
import { readTerminalCall } from './terminal-body.ts'

const COMMAND_BYTES = 1_000_000
const ANSWER_BYTES = 10_000
const PUT_BYTES = 16_000_000

/** HTTP's word for a fault; the Fault itself is in the body. */
const STATUS: Readonly<Record<Fault['code'], number>> = {
  'bad-input': 400,
  'not-found': 404,
  'not-now': 409,
  'person-wanted': 409,
  internal: 500,
}

type Route = (
  engine: ServedEngine,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void

/** The Engine contract over HTTP, by method and path. Answers are `Result` documents, except bytes and streams. */
export const routes: Readonly<Record<string, Route>> = {
  'GET /api/events': (engine, _url, _request, response) => streamEvents(engine, response),
  'GET /api/readings': (engine, url, _request, response) =>
    streamReadings(engine, (url.searchParams.get('of') ?? undefined) as JobId | undefined, response),
  'GET /api/machines': (engine, _url, _request, response) => streamMachines(engine, response),
  'POST /api/answer': async (engine, _url, request, response) => {
    const body = await readBody(request, ANSWER_BYTES)
    const given = body.ok ? readAnswer(body.value) : body
    answer(response, given.ok ? await engine.answer(given.value.id, given.value.answer) : given)
  },
  'POST /api/terminal': async (engine, _url, request, response) => {
    const body = await readBody(request, COMMAND_BYTES)
    const call = body.ok ? readTerminalCall(parsed(body.value)) : body
    answer(response, call.ok ? await engine.terminal(call.value) : call)
  },
  'POST /api/send': async (engine, _url, request, response) => {
    const body = await readBody(request, COMMAND_BYTES)
    const command = body.ok ? readCommand(body.value) : body
    answer(response, command.ok ? await engine.send(command.value) : command)
  },
  'POST /api/put': async (engine, _url, request, response) => {
    const body = await readBody(request, PUT_BYTES)
    answer(response, body.ok ? await engine.put(body.value) : body)
  },
  'GET /api/archive': async (engine, _url, _request, response) => answer(response, await engine.archivedRuns()),
  'GET /api/archived': async (engine, url, _request, response) => {
    const run = url.searchParams.get('run') ?? ''
    const found = isRunId(run) ? await engine.archivedRun(run) : badInput('run', `"${run}" is no id of a run.`)
    // A page asks for a run that has just been started, too: that the archive has none is an answer, not a fault of the page.
    const none = !found.ok && found.fault.code === 'not-found'
    answer(response, found, none ? 200 : undefined)
  },
  'GET /api/blob': async (engine, url, _request, response) => {
    const text = await readBlob(engine, url.searchParams)
    if (!text.ok) return answer(response, text)
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text.value)
  },
}

export function answer(
  response: ServerResponse,
  result: Result<unknown>,
  status = result.ok ? 200 : STATUS[result.fault.code],
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(result))
}

async function readBlob(engine: Engine, query: URLSearchParams): Promise<Result<string>> {
  const sha256 = query.get('sha256') ?? ''
  if (!/^[0-9a-f]{64}$/.test(sha256)) return badInput('sha256', 'A content is named by 64 hexadecimal digits.')
  const [bytes, offset, length] = ['bytes', 'offset', 'length'].map(name => whole(query.get(name)))
  if (bytes === undefined || Number.isNaN(bytes)) return badInput('bytes', 'The length of the content is wanted.')
  if (Number.isNaN(offset) || Number.isNaN(length)) return badInput('offset', 'A range is two whole numbers.')
  const ranged = offset !== undefined || length !== undefined
  return engine.read({ sha256, bytes }, ranged ? { offset: offset ?? 0, length: length ?? bytes } : undefined)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A number of bytes; undefined where none is given, NaN where it is none. */
function whole(text: string | null): number | undefined {
  if (text === null) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}

async function readBody(request: IncomingMessage, limit: number): Promise<Result<string>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // What is too much is still read, and dropped, so that the sender hears the answer.
    if (bytes <= limit) chunks.push(chunk)
  }
  if (bytes > limit) return badInput('body', `At most ${limit / 1_000_000} MB can be sent at once.`)
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)) }
  } catch {
    return fail({ code: 'bad-input', field: 'body', message: 'The text is not UTF-8.' })
  }
}
