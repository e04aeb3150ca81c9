#!/usr/bin/env bash
# Takes a backup into $YAKUBA_BACKUPS, checks it, and keeps the newest $YAKUBA_BACKUPS_KEPT (30) good ones.
# Exits with another number than 0 where there is no new good one; then nothing old is deleted.
set -euo pipefail
umask 077
cd "$(dirname "$0")/.."
yakuba=${YAKUBA_COMMAND:-.venv/bin/yakuba}
folder=$YAKUBA_BACKUPS/yakuba-$(date +%Y%m%d-%H%M%S)
keys=()
[ -n "${YAKUBA_BACKUP_KEYS:-}" ] && keys=(--keys "$YAKUBA_BACKUP_KEYS/keys")
"$yakuba" backup "$folder" "${keys[@]}"
"$yakuba" backup --check "$folder" "${keys[@]}"
find "$YAKUBA_BACKUPS" -mindepth 1 -maxdepth 1 -type d -name 'yakuba-????????-??????' | sort -r |
  tail -n +"$((${YAKUBA_BACKUPS_KEPT:-30} + 1))" | while read -r old; do rm -rf -- "$old"; done
