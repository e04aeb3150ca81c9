#!/usr/bin/env bash
# Installs the Debian packages that are missing, for: python | run | test.
# Where it may not, it says what a person has to type, and goes on: reading works without them.
set -u

case "${1:-run}" in
  python) packages=(python3-venv) ;;
  run) packages=(chromium fonts-noto-cjk fonts-ipaexfont fonts-ipafont fonts-klee fonts-kiloji fonts-konatu
         fonts-seto fonts-yozvox-yozfont fonts-tlwg-loma-ttf fonts-sil-padauk fonts-lohit-deva libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libatomic1) ;;
  test) packages=(postgresql iproute2 faketime mosquitto) ;;
  now) shift  # the step itself, which `step.py` runs and tells of
    apt() { DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet=2 "$@"; }
    apt install --no-install-recommends "$@" || { apt update && apt install --no-install-recommends "$@"; }
    exit ;;
  *) echo "usage: $0 python|run|test" >&2; exit 2 ;;
esac

# A newer Python than Debian's own brings its venv along.
[ "$1" = python ] && "${PYTHON:-python3.11}" -c 'import venv, ensurepip' 2>/dev/null && exit 0

command -v dpkg-query >/dev/null || { echo "Debianではないため、次を自分で入れてください: ${packages[*]}" >&2; exit 0; }
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

become=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then become=(sudo -n)
  else
    echo "次のDebianパッケージがありません。管理者に頼むか、自分で入れてください:" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    echo "入れるまでは、ロボット（chromium・libatomic1）・見本の帳票（fonts-…）・PDF（libpango）の一部が使えません。" >&2
    exit 0
  fi
fi
echo "Debianパッケージ: ${missing[*]}"
install=("${become[@]}" bash "$0" now "${missing[@]}")
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null && install=("$python" "$(dirname "$0")/step.py" "Debianパッケージを入れます" -- "${install[@]}")
"${install[@]}" || echo "入れられませんでした。ネットワークか権限を確かめてください: ${missing[*]}" >&2
exit 0
