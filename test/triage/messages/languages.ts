import { type Message, naming } from './message.ts';

/** What systems say in the language of their user. */
export const languageMessages: readonly Message[] = [
  ...naming(
    'disk-full',
    'Error: write /var/lib/ollama/blobs/sha256-3f1c-partial: Auf dem Gerät ist kein Speicherplatz mehr verfügbar',
    'tee: /var/log/ollama.log: Aucun espace disponible sur le périphérique',
    'Error: write D:\\models\\blobs\\sha256-3f1c-partial: Espacio en disco insuficiente.',
    'Error: write D:\\models\\blobs\\sha256-3f1c-partial: 磁盘空间不足。',
    'cp: 写入 "/models/x.gguf" 时出错: 设备上没有空间',
    'Error: write E:\\ollama\\blobs\\sha256-3f1c-partial: Недостаточно места на диске.',
    'cp: error writing x.gguf: デバイスに空き領域がありません',
  ),
  ...naming(
    'service-down',
    'bash: ollama: Befehl nicht gefunden',
    'bash: ollama : commande introuvable',
    'bash: ollama: orden no encontrada',
    'bash: ollama: 未找到命令',
    'bash: ollama: コマンドが見つかりません',
    'bash: ollama: команда не найдена',
    "'ollama' 不是内部或外部命令,也不是可运行的程序\n或批处理文件。",
    'ollama : 无法将“ollama”项识别为 cmdlet、函数、脚本文件或可运行程序的名称。',
    'ollama : Die Benennung "ollama" wurde nicht als Name eines Cmdlet, einer Funktion oder eines ausführbaren Programms erkannt.',
    "ollama : Le terme «ollama» n'est pas reconnu comme nom d'applet de commande, fonction, fichier de script ou programme exécutable.",
    'Error: Head "http://127.0.0.1:11434/": dial tcp 127.0.0.1:11434: connectex: 由于目标计算机积极拒绝,无法连接。',
    'Error: Head "http://127.0.0.1:11434/": dial tcp 127.0.0.1:11434: connectex: Подключение не установлено, т.к. конечный компьютер отверг запрос на подключение.',
    'curl: (7) Failed to connect to localhost port 11434: Connexion refusée',
    'curl: (7) Failed to connect to localhost port 11434 after 0 ms: 拒绝连接',
    'connect to 127.0.0.1 port 11434 failed: Verbindungsaufbau abgelehnt',
  ),
  ...naming(
    'model-store-permission',
    'Error: mkdir D:\\ollama\\models: 拒绝访问。',
    'Error: mkdir E:\\models\\blobs: Zugriff verweigert',
    'Error: open E:\\models\\blobs\\sha256-3f1c: Accès refusé.',
    'Error: mkdir /mnt/modelle/blobs: Keine Berechtigung',
  ),
  ...naming(
    'port-in-use',
    'Error: listen tcp 127.0.0.1:11434: bind: Normalerweise darf jede Socketadresse (Protokoll, Netzwerkadresse oder Anschluss) nur jeweils einmal verwendet werden.',
    'Error: listen tcp 127.0.0.1:11434: bind: 通常每个套接字地址(协议/网络地址/端口)只允许使用一次。',
    'Error: listen tcp 127.0.0.1:11434: bind: 各ソケット アドレスに対してプロトコル、ネットワーク アドレス、またはポートのどれか 1 つのみを使用できます。',
    'bind [127.0.0.1]:11434: 地址已在使用',
  ),
  ...naming(
    'cpu-instruction',
    './ollama: Zeile 3:  812 Ungültiger Maschinenbefehl (Speicherabzug geschrieben) ollama serve',
    '812 非法指令 (核心已转储) ollama serve',
  ),
  ...naming(
    'runner-crash-segv',
    'Zeile 3:  812 Speicherzugriffsfehler  (Speicherabzug geschrieben) ollama serve',
    '812 段错误 (核心已转储) llama-server -m x.gguf',
  ),
  ...naming(
    'driver-not-loaded',
    'bash: nvidia-smi: Befehl nicht gefunden',
    'bash: nvidia-smi: 未找到命令',
    'nvidia-smi : commande introuvable',
  ),
  ...naming(
    'healthy',
    'level=INFO msg="模型加载完成" 耗时=3.2s',
    'pulling manifest\n正在下载 6a0746a1ec1a: 100%\nsuccess',
    'Die Verbindung wurde hergestellt. Ollama läuft.',
  ),
];
