import type { PublishedTable } from '../workflows/index.ts'

/** The table as a page of HTML that word processors open, and take from the clipboard, as a table of their own. */
export function publishedHtml({ title, columns, rows, notes }: PublishedTable): string {
  const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
    texts.map((text, i) => `<${tag} align="${columns[i]?.align ?? 'left'}">${htmlOf(text)}</${tag}>`).join('')
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${htmlOf(title)}</title></head><body>`,
    `<p><b>${htmlOf(title)}</b></p>`,
    '<table border="1" cellspacing="0" cellpadding="4">',
    `<thead><tr>${cells(
      'th',
      columns.map(({ head }) => head),
    )}</tr></thead>`,
    '<tbody>',
    ...rows.map(row => `<tr>${cells('td', row)}</tr>`),
    '</tbody>',
    '</table>',
    ...notes.map(note => `<p>${htmlOf(note)}</p>`),
    '</body></html>',
    '',
  ].join('\n')
}

/** The same as plain text, for what takes no HTML: a line a row, its cells between tabs. */
export function publishedText({ title, columns, rows, notes }: PublishedTable): string {
  const line = (cells: readonly string[]) => cells.map(text => text.replaceAll(/\s+/g, ' ')).join('\t')
  return [title, line(columns.map(({ head }) => head)), ...rows.map(line), ...notes, ''].join('\n')
}

function htmlOf(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
