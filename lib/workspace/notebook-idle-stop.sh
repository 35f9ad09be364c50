#!/bin/bash
# Runs as root at every start of the notebook instance, whose root volume is new each time: installs a program
# that stops the instance once it has been idle for @IDLE_TIMEOUT@ seconds, and a systemd timer that runs it.
# The program stands below, compressed. Fetches nothing. Its output, and the program's in jupyter.log, are in CloudWatch Logs, log group
# /aws/sagemaker/NotebookInstances.
set -euo pipefail

root="${DESTDIR:-}"
# Where the AWS CLI lies depends on the platform, and the PATH of a start is short.
PATH="$PATH:$root/usr/local/bin:$root/opt/conda/bin:$root/home/ec2-user/anaconda3/bin"

# An instance that cannot stop itself must not start: SageMaker ends a start whose script fails.
for tool in python3 aws systemctl; do
  if ! command -v "$tool" >/dev/null; then
    echo "notebook-idle-stop: $tool is not on PATH ($PATH), so this instance could not stop itself" >&2
    exit 1
  fi
done

program=/usr/local/bin/notebook-idle-stop
units=/etc/systemd/system
mkdir -p "$root${program%/*}" "$root$units"

base64 -d <<'END_OF_PROGRAM' | gunzip >"$root$program"
@PROGRAM@
END_OF_PROGRAM

# A service has no HOME of its own, and the AWS CLI finds the instance's configuration there.
cat >"$root$units/notebook-idle-stop.service" <<END_OF_UNIT
[Unit]
Description=Stop this notebook instance if it is idle

[Service]
Type=oneshot
Environment=HOME=/root
Environment="PATH=$PATH"
ExecStart=/bin/sh -c 'exec $(command -v python3) -I $program --idle-timeout @IDLE_TIMEOUT@ >>/var/log/jupyter.log 2>&1'
TimeoutStartSec=120
END_OF_UNIT

cat >"$root$units/notebook-idle-stop.timer" <<END_OF_UNIT
[Unit]
Description=Look for idleness every two minutes

[Timer]
OnActiveSec=2min
OnUnitInactiveSec=2min
END_OF_UNIT

systemctl daemon-reload
systemctl restart notebook-idle-stop.timer
echo "notebook-idle-stop: this instance stops after @IDLE_TIMEOUT@ s without use"
