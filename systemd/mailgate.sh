#!/bin/bash
# The mailgate command beside the service, for root: as the service's user and with its credentials. Run as root itself
# it would leave files in /var/lib/mailgate that the service cannot write.
set -euo pipefail
credentials=()
for file in /etc/mailgate/credentials/*; do
  credentials+=(--property="LoadCredential=${file##*/}:$file")
done
exec systemd-run --quiet --pipe --wait --collect --uid=mailgate --gid=mailgate --working-directory=/var/lib/mailgate \
  --property=UMask=0077 "${credentials[@]}" /opt/mailgate/bin/mailgate "$@"
