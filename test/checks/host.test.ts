import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import host from '../../src/checks/host.ts';
import { diskMounts, readHost } from '../../src/probes/host.ts';
import { temporaryFolder } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';

test('measures this machine, and the space of the folders that exist', async () => {
  const folder = temporaryFolder('host');
  const missing = join(folder, 'missing');
  const samples = await runCheck(host, { folders: [folder, missing] });
  const [free = -1] = valuesOf(samples, 'ops_host_folder_free_bytes', { folder });
  const [total = -1] = valuesOf(samples, 'ops_host_folder_total_bytes', { folder });
  expect(free).toBeGreaterThan(0);
  expect(total).toBeGreaterThanOrEqual(free);
  expect(valuesOf(samples, 'ops_host_folder_free_bytes', { folder: missing })).toEqual([]);
  expect(valuesOf(samples, 'ops_host_swap_total_bytes')).toHaveLength(1);
  expect(valuesOf(samples, 'ops_host_memory_total_bytes')[0]).toBeGreaterThan(0);
});

test.each([
  ['echo yes', [1]],
  ['echo no', [0]],
  ['echo "Failed to connect to bus" >&2; exit 1', []],
])('timedatectl: %s', async (script, expected) => {
  const folder = temporaryFolder('timedatectl');
  const usual = process.env['PATH'];
  writeFileSync(join(folder, 'timedatectl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env['PATH'] = `${folder}:${usual}`;
  onTestFinished(() => {
    process.env['PATH'] = usual;
  });
  const samples = await runCheck(host, { folders: [] });
  expect(valuesOf(samples, 'ops_host_clock_synchronized')).toEqual(expected);
});

test('CPU is a share of one, and memory has bounds', async () => {
  const { cpuRatio, memoryAvailableBytes, memoryTotalBytes } = await readHost();
  expect(cpuRatio).toBeGreaterThanOrEqual(0);
  expect(cpuRatio).toBeLessThanOrEqual(1);
  expect(memoryAvailableBytes).toBeGreaterThan(0);
  expect(memoryAvailableBytes).toBeLessThanOrEqual(memoryTotalBytes);
});

test('disks are those with a device, each once and by its shortest path', () => {
  const mounts = `proc /proc proc rw 0 0
overlay / overlay rw 0 0
/dev/sda1 /etc/hosts ext4 rw 0 0
/dev/sda1 /data ext4 rw 0 0
/dev/sdb1 /mnt/with\\040blank xfs rw 0 0
/dev/loop0 /snap/core/1 squashfs ro 0 0
nas:/models /mnt/nas nfs4 rw 0 0
tank/logs /tank/logs zfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
`;
  expect(diskMounts(mounts)).toEqual(['/data', '/mnt/with blank', '/tank/logs']);
});
