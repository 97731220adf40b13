import { certificateProblem } from '../../src/catalogue/certificate.ts';
import { portExposed } from '../../src/catalogue/exposure.ts';
import {
  nginxConfigValid,
  nginxConnections,
  nginxConnectionsDropped,
  nginxListening,
} from '../../src/catalogue/nginx.ts';
import { ollamaLoopbackOnly } from '../../src/catalogue/ollama.ts';
import { maximum, minimum, rate, select, sum } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

export const nginxState: Panel = {
  key: 'nginx-state',
  title: { en: 'Nginx', zh: 'Nginx 状态' },
  description: {
    en: 'A port at 0: systemctl status nginx. config at 0: nginx -t says what is wrong.',
    zh: '端口为 0:systemctl status nginx。config 为 0:nginx -t 会指出错误。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [
    { expression: minimum(select(nginxListening), 'port'), legend: 'port {port}' },
    { expression: minimum(select(nginxConfigValid)), legend: 'config' },
  ],
};

export const nginxLoad: Panel = {
  key: 'nginx-connections',
  title: { en: 'Nginx connections', zh: 'Nginx 连接数' },
  description: {
    en: 'dropped above 0: worker_connections is reached; raise it.',
    zh: 'dropped 大于 0:已达到 worker_connections 上限,应调高。',
  },
  kind: 'timeseries',
  unit: 'count',
  queries: [
    { expression: sum(select(nginxConnections), 'state'), legend: '{state}' },
    { expression: sum(rate(select(nginxConnectionsDropped), 'auto')), legend: 'dropped/s' },
  ],
};

export const certificateProblems: Panel = {
  key: 'certificate-problems',
  title: { en: 'Certificate problems', zh: '证书问题' },
  description: {
    en: '1 = present: ops check certificate explains it.',
    zh: '1 = 存在:ops check certificate 会给出解释。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [{ expression: maximum(select(certificateProblem), 'problem'), legend: '{problem}' }],
};

export const exposedPorts: Panel = {
  key: 'exposed-ports',
  title: { en: 'Ports reachable past the front door', zh: '绕过入口可访问的端口' },
  description: {
    en: '11434 at 1: Ollama answers without a key. Bind it to 127.0.0.1. loopback only at 0: nothing but a firewall keeps others from it.',
    zh: '11434 为 1:Ollama 无需密钥即可访问。应绑定到 127.0.0.1。loopback only 为 0:只有防火墙在阻挡外部访问。',
  },
  kind: 'timeseries',
  unit: 'state',
  queries: [
    { expression: maximum(select(portExposed), 'port', 'address'), legend: '{address}:{port}' },
    { expression: minimum(select(ollamaLoopbackOnly), 'backend'), legend: '{backend} loopback only' },
  ],
};
