/** Larmor frequencies over that of 1H at the same field. Source: IUPAC, Pure Appl. Chem. 2008, 80, 59 (Xi). */
const RATIO: Readonly<Record<string, number>> = {
  '1H': 1,
  '11B': 0.32083974,
  '13C': 0.2514502,
  '15N': 0.10136767,
  '17O': 0.13556457,
  '19F': 0.94094011,
  '29Si': 0.19867187,
  '31P': 0.40480742,
  '33S': 0.07676,
  '77Se': 0.19071513,
}

/** Spectrometers by their 1H frequency, MHz. */
export const FIELDS_MHZ: readonly number[] = [300, 400, 500, 600, 700, 800, 900]

/** Full widths at half height to choose from, Hz. */
export const WIDTHS_HZ: readonly number[] = [0.5, 1, 2, 5, 10, 20, 50]

/** A width in Hz as ppm, on a spectrometer of that 1H frequency. */
export function widthPpm(nucleus: string, width_Hz: number, field_MHz: number): number {
  return width_Hz / (field_MHz * (RATIO[nucleus] ?? 1))
}

/** What is drawn at first: wide enough to be seen at the scale of a whole spectrum. */
export function usualWidth(nucleus: string): number {
  return nucleus === '1H' || nucleus === '19F' ? 5 : 50
}
