const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const YEAR_S = 365 * DAY_S;

/** Largest unit, up to which age it is shown with the next smaller one, and up to which age it is used at all. */
const STEPS: {
  unitS: number;
  unit: string;
  smallerS: number;
  smaller: string;
  preciseBelowS: number;
  belowS: number;
}[] = [
  { unitS: MINUTE_S, unit: 'm', smallerS: 1, smaller: 's', preciseBelowS: 10 * MINUTE_S, belowS: 3 * HOUR_S },
  { unitS: HOUR_S, unit: 'h', smallerS: MINUTE_S, smaller: 'm', preciseBelowS: 8 * HOUR_S, belowS: 2 * DAY_S },
  { unitS: DAY_S, unit: 'd', smallerS: HOUR_S, smaller: 'h', preciseBelowS: 8 * DAY_S, belowS: 2 * YEAR_S },
  { unitS: YEAR_S, unit: 'y', smallerS: DAY_S, smaller: 'd', preciseBelowS: 8 * YEAR_S, belowS: Infinity },
];

/** An age as kubectl prints it: two or three significant figures (`95s`, `4m20s`, `3h5m`, `2d4h`). */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  // Clocks of two machines may differ a little; more than that is no age.
  if (seconds < -1) return '<invalid>';
  if (seconds < 2 * MINUTE_S) return `${Math.max(0, seconds)}s`;
  const step = STEPS.find(({ belowS }) => seconds < belowS)!;
  const whole = Math.trunc(seconds / step.unitS);
  const rest = Math.trunc((seconds % step.unitS) / step.smallerS);
  const precise = seconds < step.preciseBelowS && rest > 0;
  return precise ? `${whole}${step.unit}${rest}${step.smaller}` : `${whole}${step.unit}`;
}
