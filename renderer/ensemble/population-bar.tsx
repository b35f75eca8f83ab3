/** A share of the population as a bar; hatched while it can still change. What it says stands in words beside it. */
export function PopulationBar({ share, provisional }: { readonly share: number; readonly provisional: boolean }) {
  const width = Math.max(0, Math.min(1, share)) * 48
  return (
    <svg
      className="population"
      viewBox="0 0 48 6"
      width="48"
      height="6"
      aria-hidden="true"
      data-provisional={provisional}
    >
      <defs>
        <pattern id="hatch" width="3" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
          <rect className="part-ink" width="1.4" height="8" />
        </pattern>
      </defs>
      <rect className="population-track" width="48" height="6" />
      {width > 0 ? (
        <rect
          className={provisional ? 'population-hatched' : 'part-ink'}
          fill={provisional ? 'url(#hatch)' : undefined}
          width={Math.max(1, width)}
          height="6"
        />
      ) : null}
    </svg>
  )
}
