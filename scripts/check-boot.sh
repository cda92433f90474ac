#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens at boot: under Secure Boot a kernel loads the module that DKMS signed and no other, and an initramfs with
# contrib/initramfs-tools binds a card before the host's graphics driver.
#
# usage: check-boot.sh [generic|cloud|N.N|KVER]     (default: generic)
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

leg=${1-generic}
scripts/deps.sh build lab check boot || exit
kver=$(scripts/kver.py "$leg") || exit
LOGS=build/check-boot
lab=selftests/qemu/lab
snakeoil=/usr/share/ovmf/PkKek-1-snakeoil
rm -rf $LOGS
mkdir -p $LOGS/modules
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The lab's firmware trusts this key, as one trusts a key that mokutil has enrolled.
modules() {
	local sign_file ko

	make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" && make -C selftests || return
	sign_file=/lib/modules/$kver/build/scripts/sign-file
	openssl pkey -in $snakeoil.key -passin pass:snakeoil -out "$tmp/mok.key" &&
		openssl x509 -in $snakeoil.pem -outform DER -out "$tmp/mok.der" &&
		openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=foreign -keyout "$tmp/foreign.key" -outform DER -out "$tmp/foreign.der" || return
	mkdir -p "$tmp/dkms" "$tmp/src" "$tmp/modules/$kver"
	DKMS_TREES="$tmp/dkms $tmp/src $tmp/modules" sign_file=$sign_file mok_signing_key=$tmp/mok.key \
		mok_certificate=$tmp/mok.der KVER=$kver scripts/dkms.sh install || return
	ko=$(find "$tmp/modules" -name 'vfio-pci-vga.ko*')
	modinfo "$ko" | grep -E '^(filename|signer)'
	case $ko in
	*.xz) xz -dc "$ko" ;;
	*) cat "$ko" ;;
	esac >$LOGS/modules/signed.ko
	cp "build/$kver/vfio-pci-vga.ko" $LOGS/modules/unsigned.ko
	cp "build/$kver/vfio-pci-vga.ko" $LOGS/modules/foreign.ko
	"$sign_file" sha256 "$tmp/foreign.key" "$tmp/foreign.der" $LOGS/modules/foreign.ko
}

# Images as mkinitramfs makes them on a host whose driverctl gives the lab's CARD1 to vfio-pci-vga, with what
# initramfs.sh installs and without. In a mount namespace: the machine's own /etc and kernels stay as they are.
images() {
	local kernel who=()

	[ "$(id -u)" -eq 0 ] || who=(--map-root-user)
	kernel=$(selftests/qemu/lab kernel --kernel "$leg") || return
	unsquashfs -q -n -d "$tmp/tree" "$kernel/modules.squashfs" && mkdir "$tmp/boot" "$tmp/etc" "$tmp/work" || return
	cp "/lib/modules/$kver/build/.config" "$tmp/boot/config-$kver"
	install -D $LOGS/modules/signed.ko "$tmp/tree/lib/modules/$kver/updates/dkms/vfio-pci-vga.ko"
	depmod -b "$tmp/tree" "$kver" || return
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount "${who[@]}" sh -euc '
		tmp=$1 kver=$2 out=$3
		mount -t overlay overlay -o "lowerdir=/etc,upperdir=$tmp/etc,workdir=$tmp/work" /etc
		mount --bind "$tmp/boot" /boot
		mkdir -p /lib/modules
		mount --bind "$tmp/tree/usr/lib/modules" /lib/modules
		mkdir -p /etc/driverctl.d
		echo vfio-pci-vga >/etc/driverctl.d/pci-0000:02:00.0
		printf "%s\n" MODULES=list RESUME=none COMPRESS=gzip >/etc/initramfs-tools/conf.d/lab
		cp -r selftests/qemu/initramfs/. /etc/initramfs-tools/
		mkinitramfs -o "$out/without.img" "$kver"
		scripts/initramfs.sh install
		mkinitramfs -o "$out/with.img" "$kver"
		scripts/initramfs.sh uninstall
		find /etc/initramfs-tools -name "*vfio*"
	' sh "$tmp" "$kver" "$PWD/$LOGS"
}

build() { # NAME
	printf '\n=== %s\n' "$1"
	"$1" >$LOGS/"$1".log 2>&1 || {
		cat $LOGS/"$1".log
		echo "=== $1: failed"
		failed=$((failed + 1))
		total
		exit
	}
}

boot() { # NAME TEST LAB-OPTIONS...
	local name=$1

	echo "$2" >"$LOGS/$name.list"
	shift 2
	step "$name" 400 "$lab" run --kernel "$leg" --driver none --timeout 300 --out "$LOGS/$name" --list "$LOGS/$name.list" "$@"
}

build modules
build images
boot secure-boot "selftests/qemu/tests/module_signature.sh /lab/brought/modules" --secure-boot --bring $LOGS/modules
for card in 0 1; do
	[ $card = 1 ] && image=with || image=without
	boot "initramfs-$image" "EARLY_CARD=$card selftests/qemu/tests/early_binding.sh" --initrd "$LOGS/$image.img" \
		--append "boot=lab init=/lab/bin/start"
done
total
