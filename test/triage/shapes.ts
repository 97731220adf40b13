/** A way in which people hand on what a program said; a message of one line in, a text out. */
export interface Shape {
  readonly name: string;
  readonly of: (message: string) => string;
  /** A shape of the kernel's log, or of what a service answered; any message without it. */
  readonly only?: 'kernel' | 'answer';
}

const json = (value: unknown) => JSON.stringify(value);
const slog = (message: string) => message.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

export const shapes: readonly Shape[] = [
  { name: 'the body of an answer', only: 'answer', of: (message) => json({ error: message }) },
  {
    name: "the body of an answer in OpenAI's shape",
    only: 'answer',
    of: (message) => json({ error: { message, type: 'api_error', param: null, code: null } }),
  },
  {
    name: 'curl with its headers',
    only: 'answer',
    of: (message) =>
      `< HTTP/1.1 500 Internal Server Error\n< Content-Type: application/json; charset=utf-8\n< Date: Wed, 06 May 2026 07:08:09 GMT\n<\n${json({ error: message })}`,
  },
  {
    name: "Python's traceback of Ollama's client",
    only: 'answer',
    of: (message) =>
      `Traceback (most recent call last):\n  File "/app/chat.py", line 41, in ask\n    answer = client.chat(model=model, messages=messages)\n  File "/usr/lib/python3.12/site-packages/ollama/_client.py", line 133, in _request_raw\n    raise ResponseError(e.response.text, e.response.status_code) from None\nollama._types.ResponseError: ${message} (status code: 500)`,
  },
  {
    name: "Python's traceback of OpenAI's client",
    only: 'answer',
    of: (message) =>
      `Traceback (most recent call last):\n  File "/app/chat.py", line 41, in ask\n    completion = client.chat.completions.create(model=model)\nopenai.InternalServerError: Error code: 500 - {'error': {'message': ${message.includes("'") ? json(message) : `'${message}'`}, 'type': 'api_error', 'param': None, 'code': None}}`,
  },
  {
    name: "LiteLLM's log",
    only: 'answer',
    of: (message) =>
      `07:08:09 - LiteLLM Proxy:ERROR: proxy_server.py:3912 - litellm.proxy.proxy_server.chat_completion(): Exception occured - litellm.APIConnectionError: Ollama_chatException - ${json({ error: message })}. Received Model Group=qwen3\nAvailable Model Group Fallbacks=None`,
  },
  {
    name: "Open WebUI's log",
    only: 'answer',
    of: (message) =>
      `2026-05-06 07:08:09.123 | ERROR    | open_webui.routers.ollama:send_post_request:182 - 500: ${message} - {}`,
  },
  {
    name: "Node's error",
    only: 'answer',
    of: (message) =>
      `ResponseError: ${message}\n    at checkOk (file:///app/node_modules/ollama/dist/shared/ollama.mjs:77:9)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5) {\n  error: ${json(message)},\n  status_code: 500\n}`,
  },
  {
    name: "Go's logger of another program",
    only: 'answer',
    of: (message) =>
      `{"level":"error","ts":1778051289.123,"caller":"llm/client.go:88","msg":"completion failed","error":${json(message)}}`,
  },
  { name: 'the command line', only: 'answer', of: (message) => `$ ollama run qwen3:32b\nError: ${message}` },
  {
    name: 'PowerShell',
    only: 'answer',
    of: (message) => `PS C:\\Users\\me> ollama run qwen3:32b\nError: ${message}\nPS C:\\Users\\me>`,
  },
  {
    name: 'a field of a line of Ollama',
    only: 'answer',
    of: (message) =>
      `time=2026-05-06T07:08:09.123Z level=ERROR source=routes.go:2011 msg="request failed" error="${slog(message)}"`,
  },
  {
    name: 'prose in a forum',
    of: (message) =>
      `Hi all,\n\nsince the update yesterday our chat does not answer any more, it just spins. This is what I found:\n\n${message}\n\nHas anybody seen this before? Any help is appreciated, thanks!`,
  },
  {
    name: 'a block of code',
    of: (message) => `### Relevant log output\n\n\`\`\`shell\n${message}\n\`\`\`\n\n### OS\n\nLinux`,
  },
  { name: 'a quotation', of: (message) => `> ${message}\n\nSame here.` },
  { name: 'a row of a table in Markdown', of: (message) => `| what | log |\n|---|---|\n| chat | \`${message}\` |` },
  {
    name: 'HTML',
    of: (message) =>
      `<pre><code>${message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}</code></pre>`,
  },
  { name: 'blanks doubled by a reader of pictures', of: (message) => message.replaceAll(' ', '  ') },
  {
    name: 'Docker',
    of: (message) => json({ log: `${message}\n`, stream: 'stderr', time: '2026-05-06T07:08:09.123456789Z' }),
  },
  {
    name: 'compose',
    of: (message) =>
      `ollama-1     | ${message}\nopen-webui-1 | INFO:     10.0.0.9:51202 - "GET /health HTTP/1.1" 200 OK`,
  },
  { name: 'kubectl logs --timestamps', of: (message) => `2026-05-06T07:08:09.123456789Z ${message}` },
  {
    name: 'the status of a unit',
    of: (message) =>
      `● ollama.service - Ollama Service\n     Loaded: loaded (/etc/systemd/system/ollama.service; enabled; preset: enabled)\n     Active: active (running) since Wed 2026-05-06 07:08:09 UTC; 1min ago\n   Main PID: 812 (ollama)\n      Tasks: 22 (limit: 76900)\n\nMay 06 07:08:09 gpu1 ollama[812]: ${message}`,
  },
  { name: 'a line of a table of events', of: (message) => `Wed May  6 07:08:09 2026  gpu1  ${message}` },
  { name: "dmesg's seconds", only: 'kernel', of: (message) => `[ 8123.401522] ${message}` },
  { name: "dmesg's times", only: 'kernel', of: (message) => `[Wed May  6 07:08:09 2026] ${message}` },
  { name: "dmesg's levels", only: 'kernel', of: (message) => `kern  :err   : [Wed May  6 07:08:09 2026] ${message}` },
  { name: 'syslog', only: 'kernel', of: (message) => `May  6 07:08:09 gpu1 kernel: [ 8123.401522] ${message}` },
  { name: 'journald in ISO', only: 'kernel', of: (message) => `2026-05-06T07:08:09+0200 gpu1 kernel: ${message}` },
  { name: 'an old kernel', only: 'kernel', of: (message) => `<3>[ 8123.401522] ${message}` },
];
