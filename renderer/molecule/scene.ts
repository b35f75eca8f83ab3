import type { createViewer } from '3dmol'
import { viewOf } from '../../shared/nmr/view-of.ts'
import { formatXyz, parseXyz } from '../../shared/nmr/xyz.ts'

export type Viewer = ReturnType<typeof createViewer>

/** Quieter than the usual colours, and to be told apart on light and dark grounds alike. */
const COLORS: Readonly<Record<string, string>> = {
  H: '#eceef0',
  C: '#69727d',
  N: '#4a78d6',
  O: '#d0452f',
  F: '#58a55c',
  Cl: '#3f9a48',
  Br: '#8f4a32',
  I: '#7b3fa0',
  S: '#d6a928',
  P: '#d9812b',
  Si: '#b79a72',
}
const colorscheme = { prop: 'elem', map: COLORS }
const STYLE = { stick: { radius: 0.13, colorscheme }, sphere: { scale: 0.24, colorscheme } }

/** 3Dmol is loaded by who first draws. */
export async function newViewer(element: HTMLElement, antialias = true): Promise<Viewer> {
  const { createViewer } = await import('3dmol')
  return createViewer(element, { backgroundAlpha: 0, antialias, disableFog: true })
}

/** Shows this geometry (XYZ text) and no other, as it is best looked at, or as the last one was turned; false where the text is no geometry. */
export function show(viewer: Viewer, text: string): boolean {
  const read = parseXyz(text)
  const frame = read.ok ? read.value[0] : undefined
  viewer.removeAllModels()
  if (!frame) return false
  viewer.addModel(formatXyz(frame.elements, viewOf(frame.geometry)), 'xyz', { keepH: true })
  viewer.setStyle({}, STYLE)
  viewer.zoomTo()
  // It fits the height: a narrow place shows it as much smaller as it is narrower.
  const { clientWidth, clientHeight } = viewer.getCanvas()
  if (clientWidth > 0 && clientWidth < clientHeight) viewer.zoom(clientWidth / clientHeight)
  return true
}
