# Sourced by ./run, ./bourse and ./test: each need_* makes sure of one thing, says what it did, and fails with what to do.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

say() { echo "bourse: $*" >&2; }
die() { say "$*"; exit 1; }

# Installs Debian packages when this process may; otherwise tells which command is missing.
apt_install() {
  [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null || return 1
  say "installing $* with apt-get"
  if ! DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" > /dev/null 2>&1; then
    apt-get update > /dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" > /dev/null
  fi
}

need_dotnet() {
  command -v dotnet > /dev/null || die ".NET 10 SDK not found: install it from https://dotnet.microsoft.com/download, then again"
  (cd "$root" && dotnet --version > /dev/null 2>&1) || die "the .NET SDK of global.json (10.0) is not installed; found: $(cd / && dotnet --list-sdks | tr '\n' ' ')"
}

find_postgres() {
  command -v initdb > /dev/null && command -v pg_ctl > /dev/null && return 0
  compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null
}

# PostgreSQL's programs; `bourse` itself makes and starts the database. Not needed when BOURSE_POSTGRES names a server.
need_postgres() {
  [[ -n ${BOURSE_POSTGRES:-} ]] && return 0
  find_postgres && return 0
  # Without this the Debian package would also start a server of its own.
  if [[ $(id -u) == 0 && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  fi
  apt_install postgresql || true
  find_postgres || die "PostgreSQL not found: install it (for example: apt-get install postgresql), or set BOURSE_POSTGRES to a connection string"
}

need_node() {
  command -v npm > /dev/null && return 0
  apt_install nodejs npm || true
  command -v npm > /dev/null
}

find_chromium() {
  local name
  for name in "${BOURSE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [[ -n $name ]] && command -v "$name" && return 0
  done
  return 1
}

need_chromium() {
  find_chromium > /dev/null || apt_install chromium || true
  BOURSE_CHROMIUM=$(find_chromium) || die "Chromium not found: install it (for example: apt-get install chromium), or set BOURSE_CHROMIUM to its path"
  export BOURSE_CHROMIUM
}

need_web_packages() {
  local web=$root/api-host/web
  [[ $web/node_modules/.package-lock.json -nt $web/package-lock.json ]] && return 0
  say "installing the web terminal's packages (npm ci)"
  (cd "$web" && npm ci --no-audit --no-fund --loglevel=error) >&2
}

# Builds api-host/web into api-host/wwwroot, when a source is newer than what stands there.
need_web() {
  local web=$root/api-host/web page=$root/api-host/wwwroot/index.html
  [[ -f $web/package.json ]] || return 0
  if [[ -f $page && -z $(find "$web" -name node_modules -prune -o -newer "$page" -print -quit) ]]; then return 0; fi
  need_web_packages
  say "building the web terminal"
  (cd "$web" && npm run --silent build) >&2
}

# Builds `bourse` in Release, when a source is newer than the last build or the engine has changed.
need_bourse() {
  local stamp=$root/artifacts/.built started folders
  [[ -z ${GrainEngine:-} && -f $root/.engine.props ]] || "$root/engine" >&2
  folders=("$root"/{api-host,domain,grain-interfaces,grain-runtime,grains,silo,.engine.props,Directory.Build.props,Directory.Packages.props})
  if [[ -f $stamp && -f $(bourse_dll) && $(cat "$stamp") == "${GrainEngine:-}" && -z $(find "${folders[@]}" \
    -path "$root/api-host/web" -prune -o -newer "$stamp" -print -quit 2> /dev/null) ]]; then
    return 0
  fi
  say "building bourse (Release)"
  mkdir -p "$root/artifacts"
  started=$(mktemp "$root/artifacts/.building.XXXXXX")
  (cd "$root" && dotnet build api-host -c Release -v quiet --nologo -clp:NoSummary) >&2 || { rm -f "$started"; die "the build failed"; }
  echo "${GrainEngine:-}" > "$stamp"
  touch -r "$started" "$stamp"
  rm -f "$started"
}

bourse_dll() { echo "$root/artifacts/bin/Bourse.ApiHost/release/bourse.dll"; }

# Replaces this shell by the program, so that signals reach it; a shell's "&" would leave Ctrl-C ignored.
exec_bourse() {
  # The pipes of ten thousand connections overflow .NET's shared buffers by default, which costs half the time in garbage collection.
  export DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION=${DOTNET_SYSTEM_BUFFERS_SHAREDARRAYPOOL_MAXARRAYSPERPARTITION:-4096}
  if env --default-signal=INT true 2> /dev/null; then
    exec env --default-signal=INT,TERM dotnet "$(bourse_dll)" "$@"
  fi
  exec dotnet "$(bourse_dll)" "$@"
}
