/** How the months begin in the languages in which syslog and journalctl write them: en de fr es it pt nl pl. */
const beginnings = [
  /^(?:jan|jän|ene|gen|sty)/,
  /^(?:feb|fév|fev|lut)/,
  /^(?:mar|mär|mrt|mrz)/,
  /^(?:apr|avr|abr|kwi)/,
  /^(?:may|mai|mag|maj|mei)/,
  /^(?:jun|juin|giu|cze)/,
  /^(?:jul|juil|lug|lip)/,
  /^(?:aug|aoû|ago|sie)/,
  /^(?:sep|set|wrz)/,
  /^(?:oct|okt|ott|out|paź)/,
  /^(?:nov|lis)/,
  /^(?:dec|dez|déc|dic|gru)/,
];

/** 0 to 11; undefined for what is no month. */
export function monthOf(name: string | undefined): number | undefined {
  const lower = (name ?? '').toLowerCase();
  const at = beginnings.findIndex((beginning) => beginning.test(lower));
  return at < 0 ? undefined : at;
}
