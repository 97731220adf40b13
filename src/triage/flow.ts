import type { LogRecord } from '../logs/record.ts';
import { fillText, type Text } from '../text.ts';
import type { EvidenceLine, Step, StepNumber, StepState } from './diagnosis.ts';
import { distinct, type Finding, toEvidence } from './engine.ts';
import { chatAccesses, gatewayRequests } from './evidence/absence.ts';
import { type Evidence, wasRead } from './evidence/evidence.ts';
import type { ChatPath } from './evidence/path.ts';
import { openWait, slowSeconds, waitOf } from './wait.ts';

interface Box {
  readonly state: StepState;
  readonly answer: Text;
  readonly evidence: readonly EvidenceLine[];
}

type Look = (evidence: Evidence, path: ChatPath) => Box;

const questions: Readonly<Record<StepNumber, Readonly<Record<ChatPath, Text>>>> = {
  1: {
    nginx: { en: 'Did the request reach Nginx?', zh: '请求到达 Nginx 了吗?' },
    clawdbot: { en: 'Did the user reach Clawdbot through Nginx?', zh: '用户经 Nginx 到达 Clawdbot 了吗?' },
  },
  2: {
    nginx: { en: 'Did it reach the gateway (Nginx → gateway)?', zh: '到达网关了吗(Nginx → 网关)?' },
    clawdbot: { en: 'Did it reach the gateway (Clawdbot → gateway)?', zh: '到达网关了吗(Clawdbot → 网关)?' },
  },
  3: sameBoth({ en: 'Did Ollama answer within 3 s?', zh: 'Ollama 在 3 秒内应答了吗?' }),
  4: sameBoth({ en: "Is Ollama's log free of panic and OOM?", zh: 'Ollama 日志没有 panic 或 OOM 吗?' }),
  5: sameBoth({ en: 'Is the GPU present and below 85 °C?', zh: 'GPU 在线且低于 85 °C 吗?' }),
};

function sameBoth(text: Text): Record<ChatPath, Text> {
  return { nginx: text, clawdbot: text };
}

const looks: Readonly<Record<StepNumber, Look>> = { 1: lookNginx, 2: lookGateway, 3: lookWait, 4: lookLog, 5: lookGpu };

/** The five boxes: each is decided by its findings, else by what was seen, else it is unknown. */
export function walk(evidence: Evidence, findings: readonly Finding[], path: ChatPath): Step[] {
  const grave = findings.filter(({ cause }) => cause.weight === 'root' || cause.weight === 'symptom');
  const first = Math.min(6, ...grave.filter(({ cause }) => cause.step <= 2).map(({ cause }) => cause.step));
  return ([1, 2, 3, 4, 5] as const).map((step) => {
    const finding = grave.find(({ cause }) => cause.step === step);
    const box = finding ? faultOf(finding) : looks[step](evidence, path);
    const state = box.state === 'unknown' && step > first ? 'skipped' : box.state;
    return { step, question: questions[step][path], ...box, state };
  });
}

function faultOf({ cause, records }: Finding): Box {
  const answer = cause.nearest ? nearestHere(cause.title) : cause.title;
  return { state: 'fault', answer, evidence: distinct(records).slice(0, 3).map(toEvidence) };
}

const nearestHere = ({ en, zh }: Text): Text => ({
  en: `${en} (no box of its own; this is the nearest)`,
  zh: `${zh}(流程图无此项,归入最接近的这一步)`,
});

function unknown(answer: Text): Box {
  return { state: 'unknown', answer, evidence: [] };
}

function lookNginx(evidence: Evidence, path: ChatPath): Box {
  const seen = chatAccesses(evidence.records, path);
  const arrived = gatewayRequests(evidence.records);
  const shown = seen.length > 0 ? seen : arrived;
  if (shown.length === 0) {
    const probed = answered(evidence, /./);
    if (probed) {
      const answer = { en: 'No line, but it answers our own request.', zh: '没有日志行,但它应答了我们的探测请求。' };
      return { state: 'healthy', answer, evidence: [toEvidence(probed)] };
    }
    return unknown({
      en: 'No line, but a request is logged only when it ends.',
      zh: '没有日志行,但请求结束时才会写日志。',
    });
  }
  const template =
    seen.length > 0
      ? { en: 'Requests in its log: {count}.', zh: '日志中有 {count} 个请求。' }
      : { en: 'Requests seen further on: {count}.', zh: '后续环节收到了 {count} 个请求。' };
  return {
    state: 'healthy',
    answer: fillText(template, { count: shown.length }),
    evidence: shown.slice(-3).map(toEvidence),
  };
}

/** The answer to our own request through Nginx; it says nothing of the one request, or user, that was asked for. */
function answered({ records, filtered }: Evidence, status: RegExp): LogRecord | undefined {
  if (filtered) return undefined;
  return records.find(({ kind, message }) => {
    const [, said] = / (\d{3})(?: \(\w+\))? in \d+ ms$/.exec(message) ?? [];
    return kind === 'nginx-probe' && said !== undefined && status.test(said);
  });
}

function lookGateway(evidence: Evidence, path: ChatPath): Box {
  const arrived = gatewayRequests(evidence.records);
  const open = arrived.filter(({ kind }) => kind === 'inflight').length;
  if (arrived.length === 0) {
    const probed = path === 'nginx' ? answered(evidence, /^200$/) : undefined;
    if (probed) {
      const answer = { en: 'No request, but our own came through.', zh: '没有请求,但我们的探测请求已到达。' };
      return { state: 'healthy', answer, evidence: [toEvidence(probed)] };
    }
    return unknown({ en: 'No request in its log, none open.', zh: '日志中没有请求,也没有进行中的请求。' });
  }
  const answer = fillText(
    { en: '{done} finished, {open} open now.', zh: '已完成 {done} 个,进行中 {open} 个。' },
    { done: arrived.length - open, open },
  );
  return { state: 'healthy', answer, evidence: arrived.slice(-3).map(toEvidence) };
}

function lookWait({ records }: Evidence): Box {
  const waits = records.flatMap(({ audit, inFlight }) => waitOf(audit) ?? openWait(inFlight) ?? []);
  if (waits.length === 0) return unknown({ en: 'No request was measured.', zh: '没有可测量的请求。' });
  const longest = Math.max(...waits);
  const state = longest > slowSeconds ? 'fault' : 'healthy';
  const template = {
    en: 'Longest wait {longest} s; requests measured: {count}.',
    zh: '{count} 个请求中最长等待 {longest} 秒。',
  };
  return { state, answer: fillText(template, { longest: longest.toFixed(1), count: waits.length }), evidence: [] };
}

function lookLog(evidence: Evidence): Box {
  if (!wasRead(evidence, 'ollama-log')) {
    return unknown({ en: "Ollama's log could not be read.", zh: '无法读取 Ollama 日志。' });
  }
  if (!evidence.around.some(({ kind }) => kind === 'ollama-log')) {
    return unknown({ en: "Ollama's log is empty.", zh: 'Ollama 日志为空。' });
  }
  const count = evidence.records.filter(({ kind }) => kind === 'ollama-log').length;
  const answer = fillText(
    { en: 'Entries read: {count}, nothing of that.', zh: '{count} 条日志中没有此类内容。' },
    { count },
  );
  return { state: 'healthy', answer, evidence: [] };
}

function lookGpu({ records }: Evidence): Box {
  const degrees = records.filter(
    ({ kind, message }) => kind === 'nvidia-smi' && /GPU Current Temp\s*: \d+ C/.test(message),
  );
  if (degrees.length === 0) {
    return unknown({ en: 'nvidia-smi gave no temperature.', zh: 'nvidia-smi 未给出温度。' });
  }
  const hottest = Math.max(...degrees.map(({ message }) => Number(/: (\d+) C/.exec(message)?.[1])));
  return {
    state: 'healthy',
    answer: fillText({ en: 'Hottest GPU {hottest} °C.', zh: '最高 {hottest} °C。' }, { hottest }),
    evidence: degrees.map(toEvidence),
  };
}
