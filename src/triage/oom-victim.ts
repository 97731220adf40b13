/** Names of Ollama's processes in the kernel's log, which cuts them to 15 characters. */
export const isOllama = (name: string): boolean => /^(?:ollama|llama[-_])/.test(name);

const victims = [
  /oom-kill:.{0,600}\btask=([^,\s]+)/i,
  /Kill(?:ed)? process [\dx]+,?(?: UID \d+,)? ?\(([^)]{1,60})\)/i,
  /\bKilled \/\S{0,200}\/([\w@-]{1,60})\.(?:service|scope)\b/i,
  /System OOM encountered, victim process: ([^,]{1,60}),/i,
  /oom_reaper: reaped process \d+ \(([^)]{1,60})\)|lowmemorykiller: Killing '([^']{1,60})'/i,
  /sending SIG(?:TERM|KILL) to process \d+ uid \d+ "([^"]{1,60})"/i,
  /Marked \/\S{0,300}\/([\w@-]{1,60})\.(?:service|scope) for killing/i,
  /\b(?!system\.slice)([\w@-]{1,60})\.(?:service|slice|scope): (?:A process of this unit has been killed by the OOM killer|Failed with result ?'oom-kill')/i,
];

/** Whom the kernel killed for want of memory, according to one line; undefined when the line says nothing of it. */
export function victimOf(message: string): 'ollama' | 'other' | undefined {
  for (const pattern of victims) {
    const name = pattern.exec(message)?.slice(1).find(Boolean);
    if (name !== undefined) return isOllama(name) ? 'ollama' : 'other';
  }
  return undefined;
}
