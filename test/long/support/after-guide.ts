import { site } from './guide-host.ts';

const audit = '/var/log/clawdbot-ops/qwen-gateway.log';
const serial = `openssl s_client -connect 127.0.0.1:443 -servername ${site} </dev/null 2>/dev/null | openssl x509 -noout -serial`;

/** What a person would try once the guide is through; each ends with an error where it does not hold. */
export const afterGuide = {
  chat: `key=$(grep -o 'sk-[A-Za-z0-9_-]*' /root/run/step-3.out)
curl -sS https://${site}/v1/chat/completions -H "X-Api-Key: $key" -H 'Content-Type: application/json' \\
  -d '{"model":"tiny","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}'
curl -sS -o /dev/null -w '\\nnokey=%{http_code} ' https://${site}/v1/models
curl -sS -o /dev/null -w 'page=%{http_code}\\n' https://${site}/
echo "$key" >/root/key
ops security --key-file /root/key --json || test $? = 3`,

  pull: `ip addr add 203.0.113.1/32 dev lo
python3 -m http.server 5000 --bind 203.0.113.1 >/root/registry.log 2>&1 &
curl -fs --retry 9 --retry-delay 1 --retry-connrefused -o /dev/null http://203.0.113.1:5000/
pull() {
  curl -s -m 3 -o /dev/null http://127.0.0.1:11434/api/pull -d '{"model":"203.0.113.1:5000/library/x","insecure":true,"stream":false}' || true
  echo "$1: asked $(grep -c manifests /root/registry.log)"
}
pull shipped
$(sed -n 's/^# \\(systemctl set-property .*IPAddressDeny=\\) .*/\\1/p' /etc/systemd/system/ollama.service.d/clawdbot-ops.conf)
pull lifted
systemctl daemon-reload
pull 'closed again'
kill %1
journalctl -u ollama --no-pager | grep -o 'OLLAMA_\\(NUM_PARALLEL\\|MAX_QUEUE\\|KEEP_ALIVE\\):[0-9a-z]*' | sort -u`,

  runtime: `node --version
for service in qwen-gateway clawdbot-ops-watch; do readlink /proc/$(systemctl show -p MainPID --value $service)/exe; done
PATH=/usr/bin:/bin /usr/local/bin/qwen-gateway --help | head -n 1`,

  rights: `may() { setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups test "$2" "$3" && echo "$1 $2 $3" || echo "$1 not $2 $3"; }
may clawdbot-ops -r /var/log/nginx/access.log
may clawdbot-ops -r ${audit}
may clawdbot-ops -r /etc/clawdbot-ops/ops.yaml
may clawdbot-ops -r /etc/clawdbot-ops/certificates/${site}.pem
may clawdbot-ops -r /etc/letsencrypt/live/${site}/privkey.pem
may clawdbot-ops -w /etc/clawdbot-ops/ops.yaml
may qwen-gateway -r /etc/clawdbot-ops/ops.yaml
may qwen-gateway -r /var/lib/clawdbot-ops/samples.db
may nobody -r /etc/clawdbot-ops/ops.yaml
may nobody -r ${audit}
setpriv --reuid clawdbot-ops --regid clawdbot-ops --init-groups journalctl -q -n 1 -u ollama | grep -q . && echo journal
id -nG clawdbot-ops`,

  renewal: `${serial}
certbot renew --force-renewal -q 2>&1 | grep -v Warning | grep -v warnings.warn || true
${serial}
openssl x509 -noout -serial -in /etc/clawdbot-ops/certificates/${site}.pem
grep -h 'serves the renewed' /var/log/letsencrypt/*.log | tail -n 1`,

  logrotate: `sed -i 's/^  audit:/  audit:\\n    rotate: "off"/' /etc/clawdbot-ops/ops.yaml
ops setup --yes >/dev/null
logrotate -d /etc/logrotate.d/clawdbot-ops 2>&1 | grep -i error && exit 1
systemctl restart qwen-gateway && ops status gateway --wait 30s
(for i in {1..400}; do
  curl -s -o /dev/null -H "X-Request-Id: rotated-$i" -H 'X-Api-Key: wrong' http://127.0.0.1:18789/v1/models
done) &
for _ in 1 2 3; do sleep 0.7; logrotate -f /etc/logrotate.d/clawdbot-ops; done
wait %1
ls ${audit}*
echo "lines $(zcat -f ${audit}* | grep -o 'rotated-[0-9]*' | sort -u | wc -l)"`,

  units: `systemd-analyze verify --man=no qwen-gateway.service clawdbot-ops-watch.service
systemd-analyze security --no-pager --threshold=14 qwen-gateway.service | tail -n 1
systemd-analyze security --no-pager --threshold=22 clawdbot-ops-watch.service | tail -n 1`,

  again: 'ops setup --yes',

  uninstall: `ops setup --uninstall >/root/uninstall.sh
bash -e /root/uninstall.sh
find /etc /usr/local/bin /usr/share -newer /root/pebble.crt ! -type d -path '*clawdbot-*' ! -path '/etc/clawdbot-ops/*'
find /etc/systemd /usr/local/bin \\( -name '*gateway*' -o -name ops \\)
nft list ruleset
curl -sS http://127.0.0.1:11434/`,
};
