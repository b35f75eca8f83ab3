import { KeyTable } from '../keys/help.tsx'
import { address } from '../route.ts'
import { type ThemeWish, useThemeWish } from '../theme.ts'
import './settings.css'

const THEMES: readonly { readonly id: ThemeWish; readonly label: string }[] = [
  { id: 'system', label: 'As the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
]

/** What a person may set for this window; all else belongs to a machine or to a run. */
export function SettingsScreen() {
  const [theme, setTheme] = useThemeWish()
  return (
    <div className="settings">
      <section aria-labelledby="theme-title">
        <h2 id="theme-title">Theme</h2>
        <fieldset className="segmented">
          <legend className="only-read">Theme</legend>
          {THEMES.map(({ id, label }) => (
            <button key={id} type="button" aria-pressed={theme === id} onClick={() => setTheme(id)}>
              {label}
            </button>
          ))}
        </fieldset>
      </section>
      <section aria-labelledby="poll-title">
        <h2 id="poll-title">How often clusters are asked</h2>
        <p className="reason">
          Each machine has its own limits: <a href={address('machines')}>open the machines</a>.
        </p>
      </section>
      <section aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <KeyTable />
      </section>
    </div>
  )
}
