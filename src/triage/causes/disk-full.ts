import { type Cause, lines } from '../cause.ts';
import { systemError } from '../system-errors.ts';

export default {
  step: 3,
  nearest: true,
  weight: 'root',
  title: { en: 'The disk is full', zh: '磁盘已满' },
  explanation: {
    en: 'A write failed because the disk is full: models cannot be pulled and logs are lost.',
    zh: '磁盘已满导致写入失败:无法拉取模型,日志丢失。',
  },
  reads: ['ollama-log', 'nginx-error', 'gateway-log', 'dmesg'],
  match: lines(
    new RegExp(
      `${systemError('noSpace')}|low on resource: (?:ephemeral-storage|inodes)|FreeDiskSpaceFailed|\\b\\w{2,8}-fs \\w{4,8}\\b.{0,120}no space left|space_info \\w+ has 0 free, is full|Delayed block allocation failed .{1,200} with error 28\\b|Filesystem may run out of space|NodeHasDiskPressure|Attempting to reclaim (?:ephemeral-storage|inodes)`,
      'i',
    ),
    // Not of a disk: the kernel has no more watches on files.
    /inotify|directory watch|file watchers/i,
  ),
  beats: ['cpu-offload-slow', 'gpu-not-detected', 'service-stopped', 'reload-thrash'],
  fix: ['df -h', 'journalctl --vacuum-size=500M', 'ollama list   # then: ollama rm MODEL'],
  confirm: ['df -h /usr/share/ollama /var/log'],
  example: { kind: 'ollama-log', text: 'Error: write /data/models/blobs/sha256-4107489999: no space left on device' },
} satisfies Cause;
