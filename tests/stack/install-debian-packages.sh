#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages named as arguments without starting, now or at boot, the services that come with them.
set -eu

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
if ! apt-get install --yes --no-install-recommends "$@"; then
    apt-get update
    apt-get install --yes --no-install-recommends "$@"
fi

if [ -d /run/systemd/system ]; then
    for unit in mariadb.service rabbitmq-server.service epmd.service epmd.socket; do
        systemctl disable "$unit" 2>/dev/null || true
    done
fi
