import type { LogRecord } from '../logs/record.ts';

/** Lines that say that something went wrong, for a log in which no cause fits. */
const alarming = new RegExp(
  [
    // Levels, as several loggers write them.
    String.raw`level=(?:ERROR|FATAL)|"level": ?"(?:error|fatal)"|\[(?:emerg|alert|crit|error)\]|^(?:\S{1,40} )?ERR |^[EF]\d{4} \d\d:\d\d:|^\W{0,6}error\b[!:]|^Error \w`,
    String.raw`\bpanic\b|\bfatal\b|Traceback|segfault|\bself-detected stall|(?<!fpu_)exception\b|[a-z]Error: |"error": ?"\w|isError=true|Unhandled promise rejection|lane task error`,
    String.raw`\bfailed\b|\ban error occurred\b|\bcrash(?:ed|es)?\b|\baborted\b(?!["']?[=:] ?false)`,
    String.raw`status=\d+\/|exited with code [1-9]|exit status [1-9]|\bOOMKilled\b|\bunhealthy\b|Back-?off restarting`,
    // What clients are told.
    String.raw`\b50[0-9] (?:Bad Gateway|Internal Server Error|Service (?:Temporarily )?Unavailable|Gateway Time)|temporarily unavailable \(HTTP|^curl: \(\d|command not found|\binvalid config\b`,
    String.raw`timed out|connection refused|ECONN\w+|unreachable|unexpected EOF|permission denied|no such host|TLS handshake timeout|i\/o timeout`,
  ].join('|'),
  'i',
);

/** Words that a program also uses for what it can do without; it then says so by a lower level. */
const complaining =
  /\bunable to\b|\bcan(?:not|'t)\b|\bcould(?: not|n't)\b|\bgiving up\b|\bdoes(?: not|n't) (?:have any|exist)\b/i;
const lowLevel =
  /level=(?:TRACE|DEBUG|INFO|WARN)|"level": ?"(?:debug|info|warn)|^[IW]\d{4} \d\d:|^(?:\S{1,40} )?(?:DBG|INF|WRN) |\b(?:info|warn(?:ing)?)[:\]]|\[(?:info|notice|warn)\]/i;

/** The kernel's log is full of what failed and matters to no chat. */
const alarmingKernel =
  /NVRM: (?!loading|.{0,40}Failed to load gsp_log|\S{1,20} BAR\d already|Persistence mode is deprecated|Your system is not currently configured to drive)|\bXid\b|_nv\d{6}rm\+0x(?!.{0,60}mapping multiple BARs)|amdgpu.*(?:\*ERROR\*|\bfault)|(?:llama|runner|nginx|node|python|uvicorn|gunicorn|server|docker|containerd)\S{0,30}: segfault|invoked oom-killer|Oops|\bBUG:|Kernel panic|I\/O error(?!, dev (?:fd|sr)\d)|Input\/output error|blocked for more than|no usable path|nvme\d{1,3}: (?!Shutdown timeout set).{0,40}timeout|-fs error \(device|severity=Uncorrected|critical temperature reached|OOMKilled/;

/** What a scanner asked for and is not there, or not for him. */
const notThere =
  /open\(\) "[^"]{1,400}" failed \((?:2|20|36): |directory index of .{1,400} is forbidden|is not found \(2: |access forbidden by rule|^.{0,80}user "[^"]{0,80}"(?:: password mismatch| was not found)|no user\/password was provided|\[(?:info|notice)\] /;

/** Known to be harmless although they look alarming; triage reference §3.5. */
const harmless = new RegExp(
  [
    // Ollama and llama.cpp
    String.raw`VRAM usage didn't recover|entering low vram mode|amdgpu driver not detected|releasing cuda driver|key not found|model recommendations snapshot|level=DEBUG|couldn't remove blob|HEAD failed, status: 404|runner to expire was nil`,
    String.raw`control-looking token|cannot decode batches ?with this context|n_ctx_per_seq|pinned memory|failed to find ggml_backend_init|failed to parse CPU|raise_exception\(|llama_params_fit\w*: (?:failed to fit|cannot meet)|failed to mlock|failed to find (?:a memory slot|free space in the KV cache, retrying)`,
    String.raw`Couldn't find '\S{1,200}id_ed25519'|cannot be used with preferred buffer type|cannot properly format tensor name|Unable to load CUDA management library|Unable to find image '|source=updater\.go|failed to cleanup previous ollama process`,
    // Nginx
    String.raw`SSL_do_handshake\(\) failed.*while SSL handshaking, client|ModSecurity: Access denied|limiting requests, dry run|could not build optimal|while requesting certificate status|unlink\(\) \"[^\"]{1,400}\" failed \(2: |ignore long locked inactive cache entry|retrying in \d|detected a LuaJIT version`,
    // What stands beside them: OCSP, QUIC, the ACME protocol, the fabric manager, a boot without a network.
    String.raw`stapling ?OCSP|no OCSP stapling for|receive buffer size|badNonce\), retrying|Operation cannot be fulfilled on |NV_WARN_NOTHING_TO_DO|failed to online memory|networkd-wait-online|cleaning up failed: |^Error output from |OCSP stapling requested|is the primary GPU|all links are inActive|\bDH parameter\b|\btelemetry\b|\bICMP proxy\b|No pre-installed driver detected|\bNVPCF\b|getting the NvPCF|Could not reliably determine the server`,
  ].join('|'),
  'i',
);

/** Whether a program says that something went wrong, in words that no cause knows. */
export function looksOdd({ kind, message, audit, access, gin, nginx }: LogRecord): boolean {
  if (audit !== undefined || access !== undefined || gin !== undefined || harmless.test(message)) return false;
  if (nginx?.client && notThere.test(message)) return false;
  if (kind === 'dmesg') return alarmingKernel.test(message);
  return alarming.test(message) || (complaining.test(message) && !lowLevel.test(message));
}

/** Outcomes of requests that the caller is not to blame for; a stream can end in one of them after a status of 200. */
const failures: readonly (string | null | undefined)[] = ['upstream_error', 'gateway_error', 'timeout'];

/** Whether a request failed at the server's side. */
export function hasFailed({ gin, access, audit }: LogRecord): boolean {
  return failures.includes(audit?.outcome) || (gin?.status ?? access?.status ?? audit?.status ?? 0) >= 500;
}
