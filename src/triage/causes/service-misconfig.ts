import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  weight: 'root',
  title: { en: "Ollama's service is set up wrongly", zh: 'Ollama 服务配置错误' },
  explanation: {
    en: 'systemd could not even start the program: a wrong flag, path, user or folder in the unit.',
    zh: 'systemd 无法启动程序:单元文件中的参数、路径、用户或目录有误。',
  },
  reads: ['ollama-log'],
  match: lines(
    /unknown (?:shorthand )?flag:|Error: unknown command|code=exited, status=(?:12[67]|2\d\d)(?:\/|\))|238\/STATE_DIRECTORY|Failed at step |(?:Unable|Failed) to locate executable|bad unit file setting|\.service: Service has no ExecStart=|ollama\.service: Failed to execute|ollama\.service\S{0,80}:\d+: (?:Assignment outside of section|Unknown (?:key|lvalue|section)|Invalid (?:environment|syntax)|Missing '=')|\$HOME is not defined|error during container init: exec: "[^"]{0,200}ollama[^"]{0,200}": |\bError: stat(?:fs)? \/\S{1,200}: no such file|\bError: mkdir \S{1,200}: (?:file exists|not a directory)|^Error: listen tcp:? .{0,80}(?:invalid port|lookup \S|cannot assign requested|can't assign requested)/i,
    // Another unit's.
    /^(?!\S*llama)[\w@:-]{1,80}\.(?:service|mount|timer|socket|swap|automount): /,
  ),
  beats: ['service-down', 'service-stopped', 'gpu-not-detected'],
  fix: ['systemctl cat ollama', 'systemctl edit ollama', 'systemctl daemon-reload && systemctl restart ollama'],
  confirm: ['systemctl status ollama --no-pager'],
  example: { kind: 'ollama-log', text: 'Error: unknown flag: --port' },
} satisfies Cause;
