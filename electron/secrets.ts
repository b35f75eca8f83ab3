import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { app, safeStorage } from 'electron'
import { writeAtomic } from './engine/store/atomic-write.ts'

/**
 * Passphrases and passwords that a person asked to keep, encrypted by the keychain of this computer. Never in plain
 * text: where the system has no keychain (Linux then offers `basic_text`, which only hides), nothing is kept.
 */
export interface Secrets {
  /** Null when secrets can be kept, else why not. */
  whyNot(): Promise<string | null>
  /** False when it was not kept. */
  keep(name: string, secret: string): Promise<boolean>
  /** Null when there is none, or none that can be read any more. */
  recall(name: string): Promise<string | null>
  forget(name: string): Promise<void>
}

export function openSecrets(file = join(app.getPath('userData'), 'secrets.json')): Secrets {
  let last: Promise<unknown> = Promise.resolve()

  async function whyNot(): Promise<string | null> {
    if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
      return 'This desktop has no keychain (libsecret or KWallet).'
    }
    return (await safeStorage.isAsyncEncryptionAvailable()) ? null : "This computer's keychain cannot be used."
  }
  async function all(): Promise<Record<string, string>> {
    try {
      return Object.assign(Object.create(null), JSON.parse(await readFile(file, 'utf8')))
    } catch {
      return Object.create(null) // none yet, or damaged: the person is asked again
    }
  }
  /** One change after the other, each on what the one before it wrote. */
  function change(by: (secrets: Record<string, string>) => void): Promise<void> {
    const done = last.then(async () => {
      const secrets = await all()
      by(secrets)
      await mkdir(dirname(file), { recursive: true })
      await writeAtomic(file, JSON.stringify(secrets), 0o600)
    })
    last = done.catch(() => {})
    return done
  }

  return {
    whyNot,
    async keep(name, secret) {
      if ((await whyNot()) !== null) return false
      const encrypted = (await safeStorage.encryptStringAsync(secret)).toString('base64')
      const kept = change(secrets => {
        secrets[name] = encrypted
      })
      return kept.then(
        () => true,
        () => false, // a full disk: the person is asked again
      )
    },
    async recall(name) {
      const encrypted = (await all())[name]
      if (encrypted === undefined || (await whyNot()) !== null) return null
      try {
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(encrypted, 'base64'))
        if (shouldReEncrypt) await this.keep(name, result)
        return result
      } catch {
        return null // another user's, or another computer's
      }
    },
    forget: name =>
      change(secrets => {
        delete secrets[name]
      }),
  }
}
