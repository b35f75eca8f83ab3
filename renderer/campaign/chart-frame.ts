/** What the charts of one time axis have in common, in the units of their drawing. */
export const WIDTH = 400
export const LEFT = 32
export const BOTTOM = 20
