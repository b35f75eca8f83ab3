import { createHash, randomUUID } from 'node:crypto'
import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import type { Label, RemotePath } from '../../../shared/ids.ts'
import type { Printed } from '../../../shared/schedulers/index.ts'
import { type ShLine, sh } from '../../../shared/sh.ts'
import { agentScript } from './remote-scripts.ts'
import {
  allOf,
  CommandFailed,
  type Running,
  type Session,
  type Sftp,
  Unreachable,
  WantsLogin,
} from './transports/index.ts'

/** What the agent's probe found. */
export interface Probe {
  readonly cores: number
  readonly host: string
  readonly work: RemotePath
  /** Seconds since 1970 by the machine's clock. */
  readonly now: number
  readonly programs: Readonly<Record<string, string>>
  /** Seconds by which the machine's clock is ahead; 0 where it cannot be told from none. */
  readonly skew_s: number
  /** Tools that Larmor would use, and the machine has not. */
  readonly lacks: readonly string[]
}

/** One answer line of the agent, with the quoted lines that follow it. */
export interface Answer {
  readonly word: string
  readonly fields: readonly string[]
  /** Lines after "| ", joined. */
  readonly text: string
  /** Lines after "! ", joined. */
  readonly complaint: string
}

/** The script of resources/remote/agent on one machine: the verbs by which anything is changed there. */
export interface RemoteAgent {
  readonly work: RemotePath
  readonly probe: Probe
  stage(tar: Readable): Promise<readonly Answer[]>
  submit(labels: readonly Label[]): Promise<readonly Answer[]>
  cancel(labels: readonly Label[]): Promise<readonly Answer[]>
  /** Reports of the spool, and of the folders of `labels`. */
  look(labels: readonly Label[]): Promise<readonly Answer[]>
  seen(names: readonly string[]): Promise<void>
  /** Calls back when names came into the spool, over a channel that stays open until the returned function is called. */
  follow(changed: () => void): () => void
  /** Lets the label's folder be one that lies elsewhere; nothing of it is ever removed. */
  adopt(label: Label, dir: RemotePath): Promise<readonly Answer[]>
  /** Removes the folders of jobs that are over and were fetched. */
  clean(labels: readonly Label[]): Promise<readonly Answer[]>
  /** All files as a tar stream, without those that are `there` already, as lines "<sum>  <label>/<file>". */
  pack(labels: readonly Label[], there: string): Running
  /** A job's file from `offset` on, as long as it has this sum; exit 3 where it has not. */
  rest(label: Label, file: string, offset: number, sum: string): Running
  /** The sums of the files that `pack` would send, as sha256sum prints them. */
  sums(labels: readonly Label[]): Promise<ReadonlyMap<Label, string>>
  /** For a machine without tar; rejects with Unreachable where it has no SFTP either. */
  sftp(): Promise<JobFiles>
  /** At most 1 MB of a job's file from `offset` on; empty where there is none. */
  tail(label: Label, file: string, offset: number): Promise<Buffer>
  /** Names of files in an adopted job's folder, what changed last first. */
  newest(label: Label, dir: RemotePath): Promise<readonly string[]>
  /** Runs a scheduler's line with LARMOR_WORK and LARMOR_AGENT set. */
  run(line: ShLine): Promise<Printed>
}

/** The files of jobs, by SFTP. */
interface JobFiles {
  read(label: Label, file: string, offset: number): Readable
  close(): void
}

const NO_ROOM =
  'Make room there (quota?): larmor clean removes what was fetched. It is tried again by itself, and nothing is lost.'

/** What to do about what a machine complains of, where its disk or a quota is full. */
export function roomHint(complaint: string): string | null {
  return /no space left|quota exceeded/i.test(complaint) ? NO_ROOM : null
}

/** Linux takes 128 kB as one argument (MAX_ARG_STRLEN), a label is at most 64 long: more words make another call. */
const WORDS = 1500

/** What the agent sends of a file at once, in bytes, and room for a machine that counts in another way. */
const MOST_OF_A_TAIL = 2 << 20
/** Of what `follow` tells. */
const LONGEST_WORD = 100

const NO_SUMS = [
  'The machine has none of sha256sum, shasum, openssl and cksum -a sha256, so that no file could be verified.',
  'Ask those who run it for one of them; one of your own on the PATH of your login shell there will do.',
] as const

/**
 * Puts the agent script into the work folder (once per version of it) and asks it what the machine is: one round
 * trip. Rejects with Unreachable when the machine does not answer as it should.
 */
export async function installAgent(session: Session, work: string, programs: readonly string[]): Promise<RemoteAgent> {
  const script = await agentScript()
  const name = `agent-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.sh`
  // A command begins in the home folder, so that what is named from there is found from there.
  const folder = work.replace(/^~\//, './')
  const first = posix.join(folder, name)
  const install = sh`mkdir -p ${folder} && cat > ${first}.$$ && mv -f ${first}.$$ ${first} && LARMOR_WORK=${folder} sh ${first} probe ${programs}`
  const asked = Date.now()
  const probe = readProbe(await session.exec(install, { stdin: script }), work, asked)
  const path = posix.join(probe.work, name)

  function call(verb: string, words: readonly string[]): ShLine {
    return sh`LARMOR_WORK=${probe.work} LARMOR_AGENT=${path} sh ${path} ${verb} ${words}`
  }
  async function ask(verb: string, words: readonly string[], stdin?: Readable): Promise<readonly Answer[]> {
    const printed = await session.exec(call(verb, words), stdin ? { stdin } : {})
    if (printed.exit !== 0)
      throw new CommandFailed(
        `${verb} failed on the machine: ${printed.err.slice(0, 500).trim() || `exit ${printed.exit}`}`,
        roomHint(printed.err),
      )
    return readAnswers(printed.out)
  }

  /** One call, or a few where the words would not fit into one line of sh. */
  async function askAll(verb: string, words: readonly string[]): Promise<readonly Answer[]> {
    const answers = [...(await ask(verb, words.slice(0, WORDS)))]
    for (let from = WORDS; from < words.length; from += WORDS) {
      answers.push(...(await ask(verb, words.slice(from, from + WORDS))))
    }
    return answers
  }

  function openSftp(): Promise<Sftp> {
    if (session.sftp) return session.sftp()
    throw new Unreachable('There is no tar on this computer, so that no file can be moved.', 'Install tar.')
  }

  /** Unpacks the stream into a folder of `incoming` there, and resolves with its name. */
  async function sendBySftp(tar: Readable): Promise<string> {
    const name = randomUUID()
    const incoming = posix.join(probe.work, 'incoming', name)
    const sftp = await openSftp().catch(error => {
      tar.destroy()
      throw error
    })
    try {
      const made = new Set<string>()
      const folder = async (path: string) => {
        if (!made.has(path)) await sftp.makeFolder(path)
        made.add(path)
      }
      await folder(incoming)
      const entries = extract()
      const unpacking = pipeline(tar, entries)
      unpacking.catch(() => {}) // reported below
      for await (const entry of entries) {
        const path = posix.join(incoming, entry.header.name)
        await folder(posix.dirname(path))
        await pipeline(entry, sftp.write(path))
      }
      await unpacking
    } finally {
      sftp.close()
    }
    return name
  }

  return {
    work: probe.work,
    probe,
    stage: async tar => (probe.lacks.includes('tar') ? ask('stage', [await sendBySftp(tar)]) : ask('stage', [], tar)),
    submit: labels => askAll('submit', labels),
    cancel: labels => askAll('cancel', labels),
    look: labels => askAll('look', labels),
    seen: async names => {
      await askAll('seen', names)
    },
    follow(changed) {
      const over = new AbortController()
      const { out, done } = session.stream(call('follow', []), { signal: over.signal, lasting: true })
      let begun = ''
      out.on('data', (chunk: Buffer) => {
        const lines = (begun + chunk.toString('latin1')).split('\n')
        begun = lines.pop()?.slice(0, LONGEST_WORD) ?? ''
        if (lines.some(line => line.startsWith('changed'))) changed()
      })
      out.on('error', () => {}) // looking now and then does as well
      done.catch(() => {})
      return () => over.abort()
    },
    adopt: (label, dir) => ask('adopt', [label, dir]),
    clean: labels => askAll('clean', labels),
    pack: (labels, there) => session.stream(call('pack', labels), { stdin: there }),
    rest: (label, file, offset, sum) => session.stream(call('rest', [label, file, String(offset), sum])),
    sums: async labels =>
      new Map(
        (await askAll('sums', labels)).flatMap(({ word, fields: [label], text }) =>
          word === 'sums' && label !== undefined ? [[label as Label, text] as const] : [],
        ),
      ),
    async sftp() {
      const sftp = await openSftp()
      return {
        read: (label, file, offset) => sftp.read(posix.join(probe.work, 'jobs', label, file), offset),
        close: () => sftp.close(),
      }
    },
    async tail(label, file, offset) {
      const { out, done } = session.stream(call('tail', [label, file, String(offset)]))
      const bytes = await allOf(out, MOST_OF_A_TAIL)
      await done
      return bytes
    },
    async newest(label, dir) {
      await ask('adopt', [label, dir])
      return (await ask('newest', [label])).flatMap(({ word, fields: [name] }) =>
        word === 'file' && name ? [name] : [],
      )
    },
    run: line => session.exec(sh`export LARMOR_WORK=${probe.work} LARMOR_AGENT=${path}; ${line}`),
  }
}

function readProbe({ exit, out, err }: Printed, work: string, asked: number): Probe {
  const answers = readAnswers(out)
  const value = (word: string) => answers.find(answer => answer.word === word)?.fields[0]
  const now = Number(value('now'))
  const root = value('work')
  // sshd's own words (do_pwchange in session.c), and those of passwd and PAM.
  if (exit !== 0 && /password (change required|(has )?expired)|required to change your password/i.test(`${err}${out}`))
    throw new WantsLogin(
      `The password of your account there has expired, and nothing is run before it is changed: ${(err || out).slice(0, 500).trim()}`,
      'Log in there in a terminal (ssh), which asks for a new one; then larmor machines connect NAME.',
    )
  if (exit !== 0 || !root?.startsWith('/') || !Number.isFinite(now)) {
    throw new CommandFailed(
      `The work folder ${work} cannot be used: ${(err || out).slice(0, 500).trim()}`,
      'Is it yours to write to, and is there space (quota)? larmor machines set NAME --work DIR chooses another.',
    )
  }
  const lacks = answers.flatMap(({ word, fields: [tool] }) => (word === 'lacks' && tool ? [tool] : []))
  if (lacks.includes('sha256')) throw new Unreachable(...NO_SUMS)
  const programs = answers.flatMap(({ word, fields: [name, path] }) =>
    word === 'program' && name && path ? [[name, path]] : [],
  )
  return {
    cores: Math.max(1, Number(value('cores')) || 1),
    host: value('host') ?? '',
    work: root as RemotePath,
    now,
    programs: Object.fromEntries(programs),
    skew_s: skew(now, asked, Date.now()),
    lacks,
  }
}

/** `now`: whole seconds by the machine, read between two moments (ms) of this computer. */
function skew(now: number, before: number, after: number): number {
  const least = now - after / 1000
  const most = now + 1 - before / 1000
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2)
}

/** Reads the agent's line format; lines that are none of it (a login shell's banner) are passed over. */
export function readAnswers(out: string): readonly Answer[] {
  const answers: { word: string; fields: string[]; text: string[]; complaint: string[] }[] = []
  for (const line of out.split('\n')) {
    const last = answers.at(-1)
    if (line.startsWith('| ')) last?.text.push(line.slice(2))
    else if (line.startsWith('! ')) last?.complaint.push(line.slice(2))
    else if (/^[a-z]+\t/.test(line)) {
      const [word = '', ...fields] = line.split('\t')
      answers.push({ word, fields, text: [], complaint: [] })
    }
  }
  return answers.map(({ word, fields, text, complaint }) => ({
    word,
    fields,
    text: text.join('\n'),
    complaint: complaint.join('\n'),
  }))
}
