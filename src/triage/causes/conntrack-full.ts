import { type Cause, lines } from '../cause.ts';

export default {
  step: 2,
  nearest: true,
  weight: 'root',
  title: { en: 'The kernel drops connections', zh: '内核丢弃连接' },
  explanation: {
    en: 'The table of tracked connections is full, so packets are dropped and connects time out.',
    zh: '连接跟踪表已满,数据包被丢弃,连接超时。',
  },
  reads: ['dmesg'],
  match: lines(/conntrack: table ?full\b/i),
  beats: ['upstream-timeout', 'upstream-refused', 'upstream-unreachable'],
  fix: ['sysctl -w net.netfilter.nf_conntrack_max=262144'],
  confirm: ['sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max'],
  example: { kind: 'dmesg', text: 'ip_conntrack: table full, dropping packet' },
} satisfies Cause;
