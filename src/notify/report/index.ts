import type { IncidentStore } from '../../store/incidents.ts';
import type { SampleStore } from '../../store/samples.ts';
import { toText } from '../text-form.ts';
import { type DailyReport, gatherDaily } from './gather.ts';
import { gatherNoise, type NoiseSummary } from './noise.ts';
import { type ReportContext, renderDaily, renderNoise } from './render.ts';

export { monthBefore, queueDaily, queueDue, queueMonthly } from './queue.ts';

interface Period {
  readonly from: number;
  readonly to: number;
}

/** The morning report for a terminal. */
export function dailyText(
  incidents: IncidentStore,
  samples: Pick<SampleStore, 'latest' | 'read'>,
  { from, to }: Period,
  context: ReportContext,
): { readonly data: DailyReport; readonly text: string } {
  const data = gatherDaily(incidents, samples, from, to);
  const { lead, sections } = renderDaily(data, context);
  return { data, text: toText(lead, sections) };
}

/** The noise summary for a terminal. */
export function monthlyText(
  incidents: IncidentStore,
  { from, to }: Period,
  context: ReportContext,
): { readonly data: NoiseSummary; readonly text: string } {
  const data = gatherNoise(incidents, from, to);
  const { lead, sections } = renderNoise(data, context);
  return { data, text: toText(lead, sections) };
}
