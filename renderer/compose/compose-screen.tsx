import type { ScreenProps } from '../screens.tsx'
import { CampaignForm } from './campaign-form.tsx'
import { EnsembleForm } from './ensemble-form.tsx'
import './compose.css'

/** From molecules to started runs. What is wrong is said at its field, and what will be sent is shown, before anything runs. */
export function ComposeScreen({ path: [kind] }: ScreenProps) {
  return kind === 'campaign' ? <CampaignForm /> : <EnsembleForm />
}
