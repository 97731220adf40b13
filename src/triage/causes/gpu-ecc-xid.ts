import type { LogRecord } from '../../logs/record.ts';
import { type Cause, lines, xid } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';
import { dcgmRows } from '../dcgm.ts';
import { csvRows } from '../smi.ts';

const said = [
  xid(48, 63, 64, 92, 94, 95, 140, 156, 157, 160, 161, 171, 172),
  String.raw`Remapping Failure Occurred\s*: Yes|Pending(?: Page Blacklist)?\s*: Yes|uncorrectable hardware errors detected|SRAM Threshold Exceeded\s*: Yes|nvidia-uvm: .{1,200}\bECC error encountered`,
  // The table's count of what could not be corrected since the driver was loaded.
  String.raw`^\|\s*\d+\s.{0,60}\b[\dA-F]{2}:[\dA-F]{2}\.\d +(?:On|Off) *\| +[1-9]\d* *\|`,
];

const told = computeErrors('ecc', new RegExp(said.join('|')));

/** What could not be corrected since the driver was loaded, and what waits for a reset or failed. */
const columns =
  /^(?:ecc\.errors\.uncorrected\.volatile\.\w+|remapped_rows\.(?:pending|failure)|retired_pages\.pending)$/;

/** The same counts in `nvidia-smi -q`; those of the card's whole life are no fault of today. */
function uncorrected(records: readonly LogRecord[]): LogRecord[] {
  let sinceLoad = false;
  return records.filter(({ message }) => {
    const found = sinceLoad && /^\s*[SD]RAM Uncorrectable[\w -]*: [1-9]/.test(message);
    // A heading may stand behind the setting before it.
    const [, section] = /\b(Volatile|Aggregate)\s*$/.exec(message) ?? [];
    if (section !== undefined) sinceLoad = section === 'Volatile';
    return found;
  });
}

export default {
  step: 5,
  nearest: true,
  weight: 'minor',
  title: { en: 'The GPU found a memory error', zh: 'GPU 显存纠错事件' },
  explanation: {
    en: 'A memory cell of the GPU failed. 63 only marks a row for repair at the next reset; 48, 64 and 95 need a reset soon.',
    zh: 'GPU 显存单元出错。63 只是标记待修复;48、64、95 需尽快复位。',
  },
  reads: ['nvidia-smi', 'dmesg', 'ollama-log'],
  match: (records) => [
    ...told(records),
    ...csvRows(records, columns, (value) => /^(?:Yes|[1-9]\d*)$/.test(value)),
    ...uncorrected(records),
    ...dcgmRows(records, /^(?:ROW_REMAP_(?:FAILURE|PENDING)|ECC_DBE_VOL_TOTAL)$/, (value) => value > 0),
  ],
  // Somebody's account of the kernel's log.
  hint: lines(/\bXids?:? (?:48|63|64|92|94|95|140|171)\b/),
  beats: ['runner-crash-segv', 'panic', 'cuda-error', 'cpu-offload-slow', 'gpu-not-detected'],
  fix: ['nvidia-smi -q -d ROW_REMAPPER,ECC', 'reboot   # at a quiet hour'],
  confirm: ['journalctl -k | grep Xid | tail'],
  example: {
    kind: 'dmesg',
    text: 'NVRM: Xid (PCI:0000:10:1c): 63, pid=1896, Row Remapper: New row marked for remapping, reset gpu to activate.',
  },
} satisfies Cause;
