import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { printable } from '../../../../shared/printable.ts'
import type { ResolvedHost } from './ssh-config.ts'
import { Unreachable, WantsLogin } from './transport.ts'

interface AskedBySsh {
  readonly kind: 'host-key' | 'passphrase' | 'password' | 'code'
  readonly text: string
  readonly echo: boolean
  readonly fingerprint?: string
  readonly keytype?: string
}

/** What ssh asks, by its own words (readpass.c and sshconnect.c of OpenSSH). */
export function readQuestion(text: string): AskedBySsh {
  if (/authenticity of host/i.test(text)) {
    const [, type = '', fingerprint = ''] = /(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]+)/.exec(text) ?? []
    return { kind: 'host-key', text, echo: true, fingerprint, keytype: `ssh-${type.toLowerCase()}` }
  }
  if (/passphrase/i.test(text)) return { kind: 'passphrase', text, echo: false }
  const code = /code|token|otp|one.?time|verification|factor|pin\b/i.test(text)
  return { kind: !code && /password/i.test(text) ? 'password' : 'code', text, echo: false }
}

export function moreOf({ fingerprint, keytype }: AskedBySsh): Readonly<Record<string, string>> {
  return fingerprint && keytype ? { fingerprint, keytype } : {}
}

export function touchWanted(host: ResolvedHost): WantsLogin {
  return new WantsLogin(
    `The login at ${host.given} wants a touch of your security key.`,
    'larmor machines connect NAME, and touch it when it blinks.',
  )
}

export function declined(host: ResolvedHost, question: AskedBySsh): WantsLogin {
  if (question.kind === 'host-key')
    return new WantsLogin(
      `The machine ${host.given} is not known yet: its ${question.keytype} key is ${question.fingerprint}. Nothing was sent.`,
      'Compare this with what those who run it say; then larmor machines connect NAME, or set --host-key to it.',
      moreOf(question),
    )
  return new WantsLogin(
    `The login at ${host.given} wants an answer from a person.`,
    'larmor machines connect NAME asks for it.',
  )
}

/** Why ssh ended, in its own words. */
export async function whyItEnded(host: ResolvedHost, words: string): Promise<Unreachable> {
  const said =
    printable(words.replaceAll(/^Warning: Permanently added .*$/gm, ''))
      .trim()
      .split('\n')
      .slice(-6)
      .join(' ') || 'ssh ended without a word'
  if (/IDENTIFICATION HAS CHANGED|revoked/i.test(words))
    return new WantsLogin(
      `The host key of ${host.given} ${/revoked/i.test(words) ? 'is marked as revoked' : 'has changed'}. Nothing was sent. ${said}`,
      `ssh ${host.given} says the same; ask those who run it.`,
    )
  const expired = await expiredCertificate(host)
  if (/Permission denied/.test(words) && expired !== null)
    return new WantsLogin(
      `The certificate ${expired.path} has expired: it was valid to ${expired.until} UTC. ${said}`,
      'Get a new certificate where you got this one, then larmor machines connect NAME.',
    )
  if (/Permission denied|Host key verification failed|Too many authentication failures|certificate/i.test(words))
    return new WantsLogin(
      `No login at ${host.given} as ${host.user}: ${said}`,
      'larmor machines connect NAME asks for what is wanted; has a certificate or a ticket expired?',
    )
  return new Unreachable(
    `${host.given} is not reached: ${said}`,
    `ssh ${host.given} should work first. Larmor tries again by itself.`,
  )
}

/** ssh itself does not say it: the server merely refuses. */
async function expiredCertificate({ certificates }: ResolvedHost): Promise<{ path: string; until: string } | null> {
  for (const path of certificates) {
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' }
    const shown = await promisify(execFile)('ssh-keygen', ['-L', '-f', path], { env }).catch(() => ({ stdout: '' }))
    const until = /^\s*Valid: .*(?:to|before) (\S+)\s*$/m.exec(shown.stdout)?.[1]
    if (until !== undefined && Date.parse(`${until}Z`) < Date.now()) return { path, until }
  }
  return null
}
