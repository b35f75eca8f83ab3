import { Cog, Desktop, GridView, Heatmap, Archive as Kept, Menu } from '@blueprintjs/icons'
import type { ComponentType } from 'react'
import { CampaignScreen } from './campaign/campaign-screen.tsx'
import { ComposeScreen } from './compose/compose-screen.tsx'
import { EnsemblesScreen } from './ensemble/ensembles-screen.tsx'
import { MachinesScreen } from './machines/machines-screen.tsx'
import { QueueScreen } from './queue/queue-screen.tsx'
import { ResultsScreen } from './results/results-screen.tsx'
import type { ScreenId } from './route.ts'
import { SettingsScreen } from './settings/settings-screen.tsx'

/** What follows the screen's own word in the address: `#/ensembles/RUN` gives ['RUN']. */
export interface ScreenProps {
  readonly path: readonly string[]
}

interface Screen {
  readonly label: string
  /** Null for a screen that is not in the rail. */
  readonly icon: ComponentType<{ readonly size?: number; readonly title?: false }> | null
  readonly Component: ComponentType<ScreenProps>
}

/** Every screen, in the order of the rail. A new one is a folder with one component, and its line here. */
export const screens: Readonly<Record<ScreenId, Screen>> = {
  queue: { label: 'Queue', icon: Menu, Component: QueueScreen },
  ensembles: { label: 'Ensembles', icon: Heatmap, Component: EnsemblesScreen },
  benchmarks: { label: 'Benchmarks', icon: GridView, Component: CampaignScreen },
  results: { label: 'Results', icon: Kept, Component: ResultsScreen },
  machines: { label: 'Machines', icon: Desktop, Component: MachinesScreen },
  settings: { label: 'Settings', icon: Cog, Component: SettingsScreen },
  new: { label: 'New run', icon: null, Component: ComposeScreen },
}
