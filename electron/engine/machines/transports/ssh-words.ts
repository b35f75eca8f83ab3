import type { ResolvedHost } from './ssh-config.ts'
import { Unreachable } from './transport.ts'

/** Why no connection came about, in words for a person. */
export function noLine(host: ResolvedHost, error: Error & { readonly code?: string }): Unreachable {
  const { given, host: name, port } = host
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Unreachable(
        `The name "${name}" is not known${given === name ? '' : ` (of ${given})`}.`,
        'Check how it is spelled, and whether this computer is on the network (a VPN?).',
      )
    case 'ECONNREFUSED':
      return new Unreachable(
        `${given} takes no connection on port ${port}.`,
        'Check the port (--port); else its sshd is down, and Larmor tries again by itself.',
      )
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return new Unreachable(...silent(host))
  }
  return new Unreachable(`${given}: ${error.message}`, 'Larmor tries again by itself; submitted jobs go on.')
}

/** As Unreachable takes them: what happened, and what to do about it. */
export function notKept({ given, knownHosts }: ResolvedHost, error: Error): [string, string] {
  return [
    `The key of ${given} could not be kept in ${knownHosts[0]}: ${error.message}. Nothing was sent.`,
    'Make room there, or name another file: larmor machines set NAME --known-hosts FILE.',
  ]
}

export function silent({ given, port }: ResolvedHost): [string, string] {
  return [
    `${given} does not answer on port ${port}.`,
    'Check the network (a VPN?). Larmor tries again by itself; submitted jobs go on.',
  ]
}

export function cut({ given }: ResolvedHost): [string, string] {
  return [`The connection to ${given} was lost.`, 'Larmor tries again by itself; submitted jobs go on.']
}
