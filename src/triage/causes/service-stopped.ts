import { type Cause, says } from '../cause.ts';

/** Somebody, or what he used, ends it. */
const stopping =
  /Stopping (?:ollama\.service|Ollama Service)|received signal:? ?(?:SIG)?term|\bcontainer (?:stop|kill) \w{6,64} .{0,200}ollama|kubelet\s+Stopping container ollama|Waiting for ollama server to shutdown|\bollama(?:[-_]\d{1,2})? exited with code (?:0|143)\b|Ollama app exiting|ollama\.service: State 'stop-sigterm' timed out/i;
/** systemd says this too before it starts a service again that failed. */
const stopped = /Stopped (?:ollama\.service|Ollama Service)/i;
const restarts = /ollama\.service:? (?:Scheduled restart job|Service (?:RestartSec|hold-?off)|hold-?off time over)/i;

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Ollama was stopped or restarted', zh: 'Ollama 被停止或重启' },
  explanation: {
    en: 'Someone or an upgrade restarted the service, which cut the answers that were running.',
    zh: '有人或升级重启了服务,正在输出的回答被切断。',
  },
  reads: ['ollama-log'],
  match: (records) => {
    const again = records.some((record) => says(record, restarts));
    return records.filter((record) => says(record, stopping) || (!again && says(record, stopped)));
  },
  beats: ['client-abort'],
  fix: ['systemctl start ollama'],
  confirm: [
    'systemctl status ollama --no-pager',
    'journalctl -u ollama --since -15m --no-pager | grep -iE "stop|start"',
  ],
  example: {
    kind: 'ollama-log',
    text: 'Nov 07 18:17:15 server systemd[1]: Stopping ollama.service - Ollama Service...',
  },
} satisfies Cause;
