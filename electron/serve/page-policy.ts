/**
 * The content security policy of the page, in every host: only its own scripts and styles, none of them inline, and no
 * word with anybody but the host.
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
