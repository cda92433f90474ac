#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The newest kernel's source that Debian packages: linux-source of the stable release's backports, from the mirror that
# this machine uses. Nothing is installed; it is kept in the cache. Prints the tar file.
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vfio-pci-vga
mkdir -p "$cache"
apt=$(mktemp -d "$cache/apt.XXXXXX")
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"

# apt's own source of this release, with another suite.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
apt-get indextargets --format "deb \$(REPO_URI) stable-backports main" \
	'Created-By: Packages' "Codename: $codename" 'Origin: Debian' | sort -u | head -n 1 >"$apt/sources.list"
[ -s "$apt/sources.list" ] || {
	echo "newest-source.sh: apt knows no mirror of Debian $codename" >&2
	exit 1
}
# Without the machine's own packages, which are none of that suite's.
: >"$apt/status"
printf '%s\n' "Dir::Etc::SourceList \"$apt/sources.list\";" 'Dir::Etc::SourceParts "/dev/null";' \
	"Dir::State::Lists \"$apt/lists\";" "Dir::State::status \"$apt/status\";" "Dir::Cache \"$apt/cache\";" \
	'APT::Sandbox::User "root";' >"$apt/apt.conf"
export APT_CONFIG="$apt/apt.conf"
apt-get -q update >&2

package=$(apt-cache depends linux-source | sed -n 's/^ *Depends: \(linux-source-[0-9.]*\)$/\1/p')
version=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
tar=$cache/$package-$version.tar.xz
if [ ! -e "$tar" ]; then
	(cd "$apt" && apt-get -q download "$package=$version" >&2)
	dpkg-deb --fsys-tarfile "$apt/$package"_*.deb | tar -x -C "$apt" "./usr/src/$package.tar.xz"
	mv "$apt/usr/src/$package.tar.xz" "$tar"
fi
echo "$tar"
