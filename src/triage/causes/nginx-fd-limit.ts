import { type Cause, lines } from '../cause.ts';

export default {
  step: 1,
  weight: 'root',
  title: { en: 'Nginx may not open more files', zh: 'Nginx 打开文件数达到上限' },
  explanation: { en: 'The limit of open files is reached, so connections fail.', zh: '打开文件数达到上限,连接失败。' },
  reads: ['nginx-error'],
  match: lines(/failed \((?:23|24): [^)]{0,80}\)/i),
  fix: ['Set worker_rlimit_nofile 65536; then: nginx -t && systemctl reload nginx'],
  confirm: ['cat /proc/$(cat /run/nginx.pid)/limits | grep "open files"'],
  example: {
    kind: 'nginx-error',
    text: '2023/01/10 10:00:00 [crit] 12#12: accept4() failed (24: Too many open files)',
  },
} satisfies Cause;
