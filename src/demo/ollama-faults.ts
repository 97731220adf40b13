import type { ServerResponse } from 'node:http';
import type { OllamaLog } from './ollama-log.ts';
import type { OllamaFault } from './ollama-options.ts';
import { send } from './ollama-reply.ts';

/** Answers of Ollama's own that stand in the place of a generation. */
const refusals: Partial<Record<OllamaFault, readonly [status: number, error: string]>> = {
  busy: [503, 'server busy, please try again.  maximum pending requests exceeded'],
  error: [
    500,
    'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details',
  ],
  'not-found': [404, "model 'gone' not found"],
};

/** Records after which an answer breaks. */
export const wordsBeforeFault = 3;

const hugeWord = 'x'.repeat(1_000_000);

/** Plays a fault in the place of an answer; true when the request is over. */
export function refuse(fault: OllamaFault, response: ServerResponse): boolean {
  const refusal = refusals[fault];
  if (refusal) send(response, refusal[0], { error: refusal[1] });
  else if (fault === 'early-reset') response.socket?.resetAndDestroy();
  return refusal !== undefined || fault === 'early-reset';
}

/** Plays a fault of the load after its time; true when the request is over. */
export function failLoad(fault: OllamaFault, response: ServerResponse): boolean {
  if (fault === 'load-failure') {
    send(response, 500, { error: 'llama-server process has terminated: signal: killed' });
  } else if (fault === 'load-reset') response.socket?.resetAndDestroy();
  return fault === 'load-failure' || fault === 'load-reset';
}

/** Plays a fault in the middle of an answer; true when the answer is over, or stands still. */
export function interrupt(fault: OllamaFault, response: ServerResponse, log: OllamaLog): boolean {
  switch (fault) {
    case 'error-record':
      log.message('ERROR', 'server.go:1594', 'post predict', 'error="unexpected EOF"');
      response.end('{"error":"an error was encountered while running the model: unexpected EOF"}\n');
      return true;
    case 'garbage':
      response.end('<html>not Ollama</html>\n');
      return true;
    case 'half-character':
      response.end(Buffer.from('{"message":{"role":"assistant","content":"☃').subarray(0, -1));
      return true;
    case 'huge-line':
      response.write(`${JSON.stringify({ message: { role: 'assistant', content: hugeWord }, done: false })}\n`);
      return false;
    case 'no-done':
      response.end();
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    default:
      return fault === 'stall';
  }
}
