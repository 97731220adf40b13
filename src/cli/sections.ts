import { gatewaySchema } from '../../gateway/config.ts';
import { notifySchema } from '../notify/config.ts';
import { pageSchema } from '../page/config.ts';
import { telemetrySchema } from '../telemetry/config.ts';
import { triageSchema } from '../triage/config.ts';
import { alertsSchema, watchSchema } from '../watch/config.ts';

/** The sections of a configuration file. */
export const sections = {
  gateway: gatewaySchema,
  watch: watchSchema,
  alerts: alertsSchema,
  notify: notifySchema,
  triage: triageSchema,
  telemetry: telemetrySchema,
  page: pageSchema,
};
