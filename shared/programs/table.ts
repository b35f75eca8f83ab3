/** The table that a reader is in, if any: it takes each line until one of them is no row of it any more. */
export interface Table {
  /** `row` reads a line, and returns false when it is none of the table's. A table that is open ends. */
  begin(row: (line: string) => boolean): void
  isOpen(): boolean
  take(line: string): void
  end(): void
}

export function createTable(): Table {
  let row: ((line: string) => boolean) | null = null
  return {
    begin(read) {
      row = read
    },
    isOpen: () => row !== null,
    take(line) {
      if (row !== null && !row(line)) row = null
    },
    end() {
      row = null
    },
  }
}
