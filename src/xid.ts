import type { Text } from './text.ts';

/** What ends the trouble; `watch`: nothing now, but count it. */
export type XidAction = 'restart-app' | 'reset-gpu' | 'reboot' | 'replace' | 'watch';

interface Xid {
  readonly meaning: Text;
  readonly action: XidAction;
}

/** Codes of the NVIDIA driver's errors in the kernel log, after NVIDIA's catalogue of XIDs. */
export const xids: ReadonlyMap<number, Xid> = new Map<number, Xid>([
  [8, { meaning: { en: 'GPU stopped processing (watchdog)', zh: 'GPU 停止响应(看门狗)' }, action: 'watch' }],
  [13, { meaning: { en: 'graphics engine exception', zh: '图形引擎异常' }, action: 'restart-app' }],
  [31, { meaning: { en: 'memory page fault of a program', zh: '程序访问显存页错误' }, action: 'restart-app' }],
  [32, { meaning: { en: 'corrupted push buffer', zh: '命令缓冲区损坏' }, action: 'restart-app' }],
  [43, { meaning: { en: 'GPU stopped a faulty program', zh: 'GPU 终止了出错的程序' }, action: 'restart-app' }],
  [45, { meaning: { en: 'work was stopped early', zh: '任务被提前终止' }, action: 'watch' }],
  [46, { meaning: { en: 'GPU stopped processing', zh: 'GPU 停止处理' }, action: 'reset-gpu' }],
  [48, { meaning: { en: 'double-bit memory error (ECC)', zh: '双位 ECC 错误' }, action: 'reset-gpu' }],
  [61, { meaning: { en: 'breakpoint of the internal controller', zh: '内部微控制器断点' }, action: 'reset-gpu' }],
  [62, { meaning: { en: 'halt of the internal controller', zh: '内部微控制器停机' }, action: 'reset-gpu' }],
  [63, { meaning: { en: 'memory row is to be remapped', zh: '显存行待重映射' }, action: 'reset-gpu' }],
  [64, { meaning: { en: 'memory row could not be remapped', zh: '显存行重映射失败' }, action: 'replace' }],
  [69, { meaning: { en: 'graphics engine class error', zh: '图形引擎类错误' }, action: 'restart-app' }],
  [74, { meaning: { en: 'NVLink error', zh: 'NVLink 错误' }, action: 'reset-gpu' }],
  [79, { meaning: { en: 'GPU has fallen off the bus', zh: 'GPU 掉卡(从总线脱落)' }, action: 'reboot' }],
  [92, { meaning: { en: 'high rate of single-bit errors', zh: '单位错误率过高' }, action: 'watch' }],
  [94, { meaning: { en: 'contained memory error', zh: '已隔离的显存错误' }, action: 'restart-app' }],
  [95, { meaning: { en: 'uncontained memory error', zh: '未隔离的显存错误' }, action: 'reset-gpu' }],
  [109, { meaning: { en: 'context switch timed out', zh: '上下文切换超时' }, action: 'reset-gpu' }],
  [119, { meaning: { en: 'timeout of the GPU system processor', zh: 'GSP 超时' }, action: 'reset-gpu' }],
  [120, { meaning: { en: 'error of the GPU system processor', zh: 'GSP 错误' }, action: 'reset-gpu' }],
  [140, { meaning: { en: 'unrecovered memory error', zh: '未恢复的显存错误' }, action: 'reset-gpu' }],
  [143, { meaning: { en: 'GPU could not be initialised', zh: 'GPU 初始化失败' }, action: 'reset-gpu' }],
  [154, { meaning: { en: 'driver asks for a recovery action', zh: '驱动要求执行恢复操作' }, action: 'reset-gpu' }],
]);
