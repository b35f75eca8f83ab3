/** Methanol, optimised by NWChem at B3LYP/6-31G*. */
export const methanolXyz = `6
methanol
C   -0.0466   0.6626   0.0000
O   -0.0466  -0.7559   0.0000
H   -1.0928   0.9754   0.0000
H    0.4377   1.0719   0.8926
H    0.4377   1.0719  -0.8926
H    0.8702  -1.0541   0.0000
`

/** The same atoms with the hydrogen of the OH far away. */
export const stretched = methanolXyz.replace('0.8702  -1.0541', '2.8702  -2.0541')
