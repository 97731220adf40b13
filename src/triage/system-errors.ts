/** What operating systems call an error, as C libraries and Windows print it in several languages. */
const texts = {
  noSpace: [
    'no space left on device|not enough space on the disk|disk quota exceeded|\\bENOSPC\\b|insufficient disk space|\\bdisk is full\\b',
    'Auf dem Gerät ist kein Speicherplatz|Kein Speicherplatz|nicht genug Speicherplatz|Aucun espace disponible|espace insuffisant sur le disque',
    'No queda espacio|Espacio (?:en disco )?insuficiente|Espaço insuficiente|Spazio (?:su disco )?insufficiente|Недостаточно места|不足以完成|设备上没有空间|磁盘空间不足|裝置上已無多餘空間',
    '空き領域(?:が|は)|장치에 남은 공간|디스크 공간이',
  ],
  denied: [
    'permission denied|operation not permitted|access is denied|read-only file system',
    'Keine Berechtigung|Zugriff verweigert|Permission non accordée|Accès refusé|Permiso denegado|Acceso denegado|Permissão negada|Отказано в доступе',
    '权限不够|拒绝访问|拒絕存取|許可がありません|アクセスが拒否されました|허가 거부',
  ],
  refused: [
    'connection refused|ECONNREFUSED|actively refused',
    'Verbindungsaufbau abgelehnt|verweigerte|Connexion refusée|Conexión rehusada|conexión denegada|Conexão recusada|Connessione rifiutata|В соединении отказано',
    '拒绝连接|积极拒绝|連線被拒|拒否されました|연결이 거부',
  ],
  inUse: [
    'address (?:is )?already in use|address in use|only one usage of each socket address',
    'Adresse wird bereits verwendet|Adresse déjà utilisée|La dirección ya se está usando|Endereço já em uso|Адрес уже используется|地址已在使用|只允许使用一次|アドレスは(?:既|すで)に使用',
  ],
  notFound: [
    'command not found|not recognized as|Befehl nicht gefunden|nicht als Name eines Cmdlet|commande introuvable|n.est pas reconnu|orden no encontrada|no se reconoce',
    'comando não encontrado|não é reconhecido|comando non trovato|команда не найдена|не является внутренней|未找到命令|找不到命令|不是内部或外部命令|识别为 cmdlet|コマンドが見つかりません|認識されていません|명령을 찾을 수 없',
  ],
  segfault: [
    'segmentation fault|Speicherzugriffsfehler|Erreur de segmentation|Violación de segmento|Falha de segmentação|Ошибка сегментирования|段错误|段錯誤|세그멘테이션',
  ],
  illegal: [
    'illegal (?:hardware )?instruction|Ungültiger Maschinenbefehl|Instruction non permise|Instrucción ilegal|Недопустимая инструкция|非法指令|指令错误',
  ],
} as const;

/** Source of a pattern, for any case, of what an error is called. */
export const systemError = (error: keyof typeof texts) => `(?:${texts[error].join('|')})`;
