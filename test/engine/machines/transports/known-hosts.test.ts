import { describe, expect, test } from 'vitest'
import {
  fingerprint,
  hostNames,
  keyType,
  knownHostLine,
  readKnownHosts,
} from '../../../../electron/engine/machines/transports/known-hosts.ts'

/** A public key in the wire format, of this type and content. */
function key(type: string, content: string): Buffer {
  const part = (text: string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    return Buffer.concat([length, Buffer.from(text)])
  }
  return Buffer.concat([part(type), part(content)])
}

const mine = key('ssh-ed25519', 'mine')
const other = key('ssh-ed25519', 'other')
const rsa = key('ssh-rsa', 'rsa')
const line = (hosts: string, of: Buffer) => `${hosts} ${keyType(of)} ${of.toString('base64')} a comment`
const host = hostNames('login.cluster.org', 22, null)

describe('what the known hosts say', () => {
  test.each([
    ['the name', 'login.cluster.org', 'known'],
    ['the name in other letters', 'Login.Cluster.ORG', 'known'],
    ['a list of names', 'x,login.cluster.org,y', 'known'],
    ['a wildcard', '*.cluster.org', 'known'],
    ['a single wildcard', 'logi?.cluster.org', 'known'],
    ['a wildcard that forbids', '*.cluster.org,!login.*', 'new'],
    ['only a name that forbids', '!login.cluster.org', 'new'],
    ['another name', 'cluster.org', 'new'],
    ['the name at a port', '[login.cluster.org]:22', 'new'],
    ['a dot that is no wildcard', 'login-cluster.org', 'new'],
  ])('%s', (_, hosts, verdict) => {
    expect(readKnownHosts([line(hosts, mine)]).verdict(host, mine)).toBe(verdict)
  })

  test('a port is part of the name; the bare name vouches for it, too, and never against it', () => {
    const at2222 = hostNames('login.cluster.org', 2222, null)
    expect(readKnownHosts([line('[login.cluster.org]:2222', mine)]).verdict(at2222, mine)).toBe('known')
    expect(readKnownHosts([line('[login.cluster.org]:2222', other)]).verdict(at2222, mine)).toBe('changed')
    expect(readKnownHosts([line('login.cluster.org', mine)]).verdict(at2222, mine)).toBe('known')
    expect(readKnownHosts([line('login.cluster.org', other)]).verdict(at2222, mine)).toBe('new')
  })

  test('an alias is looked up instead of the name', () => {
    const alias = hostNames('10.0.0.1', 2222, 'Cluster')
    expect(readKnownHosts([line('cluster', mine)]).verdict(alias, mine)).toBe('known')
  })

  test('another key is a change, of another type as well; one of several is enough', () => {
    expect(readKnownHosts([line('login.cluster.org', other)]).verdict(host, mine)).toBe('changed')
    expect(readKnownHosts([line('login.cluster.org', rsa)]).verdict(host, mine)).toBe('changed')
    const both = readKnownHosts([line('login.cluster.org', other), line('*', mine)])
    expect(both.verdict(host, mine)).toBe('known')
    expect(both.types(host)).toEqual(['ssh-ed25519'])
  })

  test('revoked wins over known, in whatever file and order', () => {
    const revoked = `@revoked ${line('*', mine)}`
    expect(readKnownHosts([line('login.cluster.org', mine), revoked]).verdict(host, mine)).toBe('revoked')
    expect(readKnownHosts([revoked]).verdict(host, other)).toBe('new')
  })

  test('an authority vouches for certificates, not for keys', () => {
    const known = readKnownHosts([`@cert-authority ${line('*.cluster.org', mine)}`])
    expect(known.verdict(host, mine)).toBe('new')
    expect(known.certified(host)).toBe(true)
    expect(known.certified(hostNames('elsewhere.org', 22, null))).toBe(false)
  })

  test('comments, blank lines and lines that cannot be read vouch for nothing', () => {
    const text = [
      '',
      '# a comment',
      'login.cluster.org',
      'login.cluster.org ssh-ed25519',
      '@strange * a b',
      '|1|x|y a b',
    ]
    expect(readKnownHosts([text.join('\r\n')]).verdict(host, mine)).toBe('new')
  })

  test('what is written is read again, hashed or not', () => {
    for (const salt of [null, Buffer.from('twenty bytes of salt')]) {
      const text = knownHostLine(hostNames('login.cluster.org', 2222, null), mine, salt)
      expect(text.includes('cluster')).toBe(salt === null)
      expect(readKnownHosts([text]).verdict(hostNames('login.cluster.org', 2222, null), mine)).toBe('known')
      expect(readKnownHosts([text]).verdict(host, mine)).toBe('new')
    }
  })

  test('a pattern of many stars takes no time', () => {
    const stars = `${'*a'.repeat(40)}b`
    expect(readKnownHosts([line(stars, mine)]).verdict(hostNames('a'.repeat(200), 22, null), mine)).toBe('new')
  })
})

test('a fingerprint is as ssh-keygen prints it', () => {
  // ssh-keygen -lf of github.com's published key; https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
  const github = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  expect(fingerprint(Buffer.from(github, 'base64'))).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})
