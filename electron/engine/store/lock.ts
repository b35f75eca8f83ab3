import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '../../../shared/ids.ts'
import { around } from '../points.ts'
import { fillDurably, isTemporary, makeFolder, syncFolder, temporaryName, writeAtomic } from './atomic-write.ts'
import { diskFault, errnoOf, ifExists, notNow } from './disk-fault.ts'
import { type Liveness, liveness, type ProcessMark, thisProcess } from './process-identity.ts'

/** What an engine says of itself in `engine.json`. */
export interface EngineAbout {
  readonly version: string
  readonly started: Instant
  /** Where hosts attach; null until it listens. */
  readonly socket: string | null
  /** Where a browser may go, when it serves one. */
  readonly url: string | null
}

/** `engine.json`: the one engine of a data folder. */
export interface EngineOwner extends EngineAbout, ProcessMark {
  readonly home: string
  /** Names this taking of the lock, never used twice. */
  readonly token: string
}

/** The lock, held by this process. */
export interface EngineLock {
  readonly owner: EngineOwner
  /** Throws a `not-now` FaultError when `engine.json` is not ours any more (removed by hand, taken over): write nothing. */
  fence(): void
  /** Says more of the engine, e.g. its url. */
  update(about: Partial<EngineAbout>): Promise<void>
  release(): Promise<void>
}

const NAME = 'engine.json'
const RIVAL_MS = 20
const RIVAL_TRIES = 250
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])
const ELSEWHERE = 'Set LARMOR_HOME to a folder on a disk of this computer.'

/** Who holds the lock of a data folder and whether it lives; null where nobody does. Takes nothing, writes nothing. */
export async function readLock(
  home: string,
): Promise<{ readonly owner: EngineOwner; readonly liveness: Liveness } | null> {
  const owner = parseOwner(await readText(join(home, NAME)), home)
  return owner && { owner, liveness: liveness(owner) }
}

/**
 * Takes the lock of a data folder: of several that try, exactly one gets it. A dead owner is taken over. Throws a
 * `not-now` FaultError when another engine lives, or belongs to another computer, about which nothing can be known.
 */
export async function takeLock(home: string, about: EngineAbout): Promise<EngineLock> {
  await makeFolder(home, 0o700)
  const path = join(home, NAME)
  let owner: EngineOwner = { ...about, ...thisProcess(), home, token: randomUUID() }
  try {
    await around('lock.take', () => take(path, owner, refuseRival))
    await removeLeftovers(home)
  } catch (error) {
    throw diskFault(error, home)
  }

  function fence(): void {
    if (tokenOf(path) !== owner.token) {
      throw notNow(`This engine does not own ${home} any more: engine.json is not its own.`, 'It writes nothing more.')
    }
  }

  return {
    get owner() {
      return owner
    },
    fence,
    async update(change) {
      fence()
      owner = { ...owner, ...change }
      await writeAtomic(path, asText(owner), 0o600)
    },
    async release() {
      if (tokenOf(path) !== owner.token) return
      await rm(path, { force: true })
      await syncFolder(home)
    },
  }
}

/**
 * Makes the file at `path` ours. Where it is missing, by an exclusive link. Where its owner is dead, by replacing it,
 * for which one must first hold the right to replace exactly that owner: a file named by its token, taken the same way
 * (whoever held the right may have died as well). While the right is held and the file still names the dead owner,
 * nobody else can change it; so two that try can never both succeed, wherever either of them is interrupted.
 */
async function take(path: string, owner: EngineOwner, meet: Meet): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (await linkExclusively(path, owner)) return
    const current = parseOwner(await readText(path), owner.home)
    if (current === null) continue
    if (current.token === owner.token) return // a network disk made the link, but its answer was lost
    if (liveness(current) !== 'dead') {
      await meet(current, tries)
      continue
    }
    const right = join(owner.home, `engine.takeover-${current.token}`)
    await take(right, { ...owner, token: randomUUID() }, waitForRival)
    try {
      if (tokenOf(path) !== current.token) continue
      await writeAtomic(path, asText(owner), 0o600)
      return
    } finally {
      await rm(right, { force: true })
    }
  }
}

/** What to do about an owner that is not dead: throw, or return to try again. */
type Meet = (current: EngineOwner, tries: number) => Promise<void>

async function refuseRival(current: EngineOwner): Promise<void> {
  if (liveness(current) === 'elsewhere') {
    throw notNow(
      `The data folder ${current.home} is in use by an engine on ${current.host} (pid ${current.pid}, since ${current.started}).`,
      `Use Larmor there, or stop that engine. If it is surely gone, remove ${join(current.home, NAME)}.`,
    )
  }
  throw notNow(`Another engine (pid ${current.pid}, since ${current.started}) owns the data folder ${current.home}.`)
}

async function waitForRival(current: EngineOwner, tries: number): Promise<void> {
  if (liveness(current) === 'elsewhere' || tries >= RIVAL_TRIES) return refuseRival(current)
  await sleep(RIVAL_MS)
}

/** False where the file exists already (or the owner has just tidied up). It appears whole or not at all. */
async function linkExclusively(path: string, owner: EngineOwner): Promise<boolean> {
  const temporary = temporaryName(path)
  try {
    await fillDurably(temporary, 0o600, file => file.writeFile(asText(owner)))
    if (!(await linked(temporary, path))) return false
    await syncFolder(owner.home)
    return true
  } finally {
    await rm(temporary, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const code = errnoOf(error) ?? ''
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw NO_LINKS.has(code) ? notNow(`${to} cannot be made: its disk has no hard links.`, ELSEWHERE) : error
  }
}

/**
 * What the dead left behind, removed by the owner alone. A right over an owner that is not the owner any more means
 * nothing, and who loses a half-written file by this tries again and finds the owner.
 */
async function removeLeftovers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const leftover = name.startsWith('engine.takeover-') || (isTemporary(name) && name.startsWith('.engine.'))
    if (leftover) await rm(join(home, name), { force: true })
  }
}

function asText(owner: EngineOwner): string {
  return `${JSON.stringify(owner)}\n`
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await ifExists(readFile(path, 'utf8'))
  } catch (error) {
    if (errnoOf(error) === 'EISDIR') return '' // not made by an engine, as any other text that says nothing
    throw error
  }
}

function tokenOf(path: string): string | null {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as EngineOwner).token
  } catch {
    return null
  }
}

function parseOwner(text: string | undefined, home: string): EngineOwner | null {
  if (text === undefined) return null
  try {
    const owner = JSON.parse(text) as EngineOwner
    // The token becomes part of a file name.
    if (typeof owner.pid === 'number' && typeof owner.host === 'string' && /^[\w-]+$/.test(owner.token)) return owner
  } catch {
    // Not made by an engine.
  }
  throw notNow(
    `${join(home, NAME)} cannot be read, so it is not known whether an engine runs.`,
    'Remove it if none does.',
  )
}
