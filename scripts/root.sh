#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A root file system for the kernels that the machine itself should not have, and commands in it; made with mmdebstrap
# from the mirror that the machine uses, and kept in the cache. It sees the checkout and the cache where they are, but
# has a build directory of its own: build/root-NAME.
#
# usage: root.sh newest|N.N [COMMAND...]
#
# newest: the newest Debian release and the kernel of its backports. N.N: the kernel of that version that this release
# packages beside its own, or else newest. The command finds the kernel's N.N in ROOT_LEG. Needs to be root.
set -eu
cd "$(dirname "$0")/.."

leg=$1
shift
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vfio-pci-vga
scripts/deps.sh root
[ "$(id -u)" -eq 0 ] || {
	echo "root.sh: the kernel $leg is tested in a root file system of its own, and only root can make that" >&2
	exit 1
}

if [ "$leg" != newest ] && apt-cache show "linux-headers-$leg-amd64" >/dev/null 2>&1; then
	name=$codename-$leg release=$codename packages=("linux-headers-$leg-amd64")
else
	name=newest release=stable packages=()
fi
# The suites that this machine has, of that release.
mapfile -t sources < <(apt-get indextargets --format "deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
	'Created-By: Packages' 'Origin: Debian' | sed "s/ $codename/ $release/" | sort -u)
[ ${#sources[@]} -gt 0 ] || {
	echo "root.sh: apt knows no mirror of Debian $codename" >&2
	exit 1
}
if [ "$name" = newest ]; then
	mapfile -t -O ${#sources[@]} sources < <(printf '%s\n' "${sources[@]}" | sed -n 's/ stable main$/ stable-backports main/p')
fi

stamp=$(sha256sum scripts/root.sh | cut -c 1-12)
root=$cache/roots/$name-$stamp

# The machine's own network, and no services.
inside() { # COMMAND...
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -euc '
		root=$1 cache=$2 top=$3 build=$4
		shift 4
		for dir in dev proc sys tmp; do mount --rbind "/$dir" "$root/$dir"; done
		mkdir -p "$root$cache" "$root$top" "$build" "$top/build"
		mount --bind "$cache" "$root$cache"
		mount --bind "$top" "$root$top"
		mount --bind "$build" "$root$top/build"
		cat /etc/resolv.conf >"$root/etc/resolv.conf"
		exec chroot "$root" sh -c "cd \"\$0\" && exec \"\$@\"" "$top" "$@"
	' sh "$root" "$cache" "$PWD" "$PWD/build/root-$name" "$@"
}

mkdir -p "$cache/roots"
exec {lock}>"$cache/roots/.lock"
flock "$lock"
if [ ! -e "$root/complete" ]; then
	log=$cache/roots/$name.log
	echo "root.sh: making a root file system for $leg, log in $log" >&2
	rm -rf "$cache/roots/$name-"*
	{
		# How this machine gets at its mirror is how the root does.
		apt-config dump --no-empty Acquire >"$root.conf" &&
			mmdebstrap --mode=root --variant=apt --aptopt="$root.conf" \
				"$release" "$root" "${sources[@]}" &&
			printf '%s\n' 'Package: linux-*' 'Pin: release n=*-backports' 'Pin-Priority: 990' \
				>"$root/etc/apt/preferences.d/backports" &&
			inside scripts/deps.sh build lab check qemu &&
			inside apt-get install -q -y --no-install-recommends ca-certificates "${packages[@]}"
	} >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		exit 1
	}
	touch "$root/complete"
fi
flock -u "$lock"
exec {lock}>&-

# Its headers are the only ones of that version there, whatever their package is called.
[ "$leg" != newest ] || leg=$(inside scripts/kver.py generic | grep -oE '^[0-9]+\.[0-9]+')
[ $# -gt 0 ] || set -- bash
inside env "ROOT_LEG=$leg" "$@"
