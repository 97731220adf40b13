import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';

/** As `nvidia-smi` printed it before driver 5xx: 79 columns. */
const narrow = `Mon Jan 10 10:00:00 2022
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 470.82.01    Driver Version: 470.82.01    CUDA Version: 11.4     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|                               |                      |               MIG M. |
|===============================+======================+======================|
|   0  NVIDIA GeForce ...  On   | 00000000:01:00.0 Off |                  N/A |
| 41%   53C    P2   220W / 350W |  22013MiB / 24268MiB |     97%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+
|   1  Quadro P1000        Off  | 00000000:65:00.0  On |                  N/A |
| 34%   46C    P8   ERR! /  N/A |    620MiB /  4035MiB |      0%      Default |
|                               |                      |                  N/A |
+-------------------------------+----------------------+----------------------+

+-----------------------------------------------------------------------------+
| Processes:                                                                  |
|  GPU   GI   CI        PID   Type   Process name                  GPU Memory |
|        ID   ID                                                   Usage      |
|=============================================================================|
|    0   N/A  N/A   3120591      C   ollama_llama_server             21987MiB |
+-----------------------------------------------------------------------------+`;

/** As drivers from 5xx print it: 91 columns, with a data centre card in MIG mode, which has no fan. */
const wide = `Fri Jun 12 11:18:18 2026
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 580.142                Driver Version: 580.142        CUDA Version: 13.0     |
+-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
|   0  NVIDIA GeForce RTX 3090        Off |   00000000:07:00.0  On |                  N/A |
| 79%   53C    P2            144W /  420W |   15005MiB /  24576MiB |      0%      Default |
|                                         |                        |                  N/A |
+-----------------------------------------+------------------------+----------------------+
|   1  NVIDIA A100-PCIE-40GB          On  |   00000000:3B:00.0 Off |                   On |
| N/A   31C    P0             36W /  250W |      13MiB /  40960MiB |     N/A      Default |
|                                         |                        |              Enabled |
+-----------------------------------------+------------------------+----------------------+

+-----------------------------------------------------------------------------------------+
| MIG devices:                                                                            |
+------------------+----------------------------------+-----------+-----------------------+
| GPU  GI  CI  MIG |                     Memory-Usage |        Vol|        Shared         |
|      ID  ID  Dev |                       BAR1-Usage | SM     Unc| CE ENC  DEC  OFA  JPG |
|                  |                                  |        ECC|                       |
|==================+==================================+===========+=======================|
|  1    3   0   0  |           14366MiB /  19968MiB   | 28      0 |  2   0    1    0    0 |
|                  |               4MiB /  32767MiB   |           |                       |
+------------------+----------------------------------+-----------+-----------------------+

+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|    0   N/A  N/A          129385      C   /usr/local/bin/ollama                14986MiB |
+-----------------------------------------------------------------------------------------+`;

/** The newest heading, with kernel and user drivers apart, and a card of which the driver tells nothing. */
const newest = wide
  .replace(
    '580.142                Driver Version: 580.142        CUDA Version: 13.0     |',
    '610.57.04              KMD Version: 610.57.04     CUDA UMD Version: 13.3     |',
  )
  .replace('| N/A   31C    P0             36W /  250W |', '| N/A   N/A    P0              N/A /  N/A |');

const csv = `timestamp, name, temperature.gpu, utilization.gpu [%], clocks_event_reasons.active
2026/08/12 21:53:45.370, NVIDIA GeForce RTX 2080 SUPER, 53, 97 %, 0x0000000000000004
2026/08/12 21:53:45.372, NVIDIA H200, [N/A], 0 %, 0x0000000000000001`;

const xml = `<gpu id="00000000:29:00.0">
	<temperature>
		<gpu_temp>53 C</gpu_temp>
		<gpu_temp_max_threshold>91 C</gpu_temp_max_threshold>
	</temperature>
	<clocks_event_reasons>
		<clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle>
		<clocks_event_reason_sw_thermal_slowdown>Not Active</clocks_event_reason_sw_thermal_slowdown>
	</clocks_event_reasons>
</gpu>`;

const outputs = { narrow, wide, newest, csv, xml };

describe.each(Object.entries(outputs))('the output "%s" of nvidia-smi', (_, healthy) => {
  const causeOf = async (text: string) => (await diagnoseText(text, { source: 'smi' })).verdict.cause;

  test('is healthy as it is, and at 84 and 85 °C', async () => {
    expect(await causeOf(healthy)).toBe('healthy');
    expect(await causeOf(healthy.replace(/53(?=C| C|, 97)/, '84'))).toBe('healthy');
    expect(await causeOf(healthy.replace(/53(?=C| C|, 97)/, '85'))).toBe('healthy');
  });

  test('names the heat above that, on a card that is the last of several too', async () => {
    expect(await causeOf(healthy.replace(/53(?=C| C|, 97)/, '86'))).toBe('gpu-hot');
    expect(await causeOf(healthy.replace(/53(?=C| C|, 97)/, '103'))).toBe('gpu-hot');
  });
});

test.each([
  ['narrow', narrow.replace(' 41%   53C    P2   220W / 350W ', 'ERR!   ERR! ERR!    ERR! / ERR! ')],
  ['wide', wide.replace(' 79%   53C    P2            144W /  420W ', 'ERR!  ERR!  ERR!            ERR! /  ERR! ')],
  ['csv', csv.replace('53, 97 %', '[GPU requires reset], [GPU requires reset]')],
  ['-q', '    GPU Reset Status\n        Reset Required                    : Yes'],
])('a card that stopped answering is named in %s', async (_, text) => {
  expect((await diagnoseText(text, { source: 'smi', kind: 'nvidia-smi' })).verdict.cause).toBe('gpu-lost-xid');
});

test.each([
  ['thermal-throttle', csv.replace('0x0000000000000004', '0x0000000000000060')],
  ['power-brake', csv.replace('0x0000000000000004', '0x0000000000000084')],
  ['thermal-throttle', xml.replace('>Not Active<', '>Active<')],
  ['power-brake', xml.replace('sw_thermal_slowdown>Not Active', 'hw_power_brake_slowdown>Active')],
])('%s is read from other formats', async (cause, text) => {
  expect((await diagnoseText(text, { source: 'smi' })).verdict.cause).toBe(cause);
});
