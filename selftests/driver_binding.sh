#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Which devices the driver takes, when, and with which parameters. It binds what
# it was told to bind and nothing else.
. "$(dirname "$0")/lib/driver.sh"

VENDOR=$(cat "$DEVICES/$BDF/vendor" 2>/dev/null)
DEVICE=$(cat "$DEVICES/$BDF/device" 2>/dev/null)
PARAMETERS=/sys/module/vfio_pci_vga/parameters

aliases_are_for_vfio_users_and_display_class() {
	aliases=$(modinfo -F alias "$MODULE") &&
		[ "$aliases" = "vfio_pci:v*d*sv*sd*bc03sc*i*" ] && return
	echo "# aliases: $aliases"
	return 1
}

parameters_are_those_of_vfio_pci() {
	for parameter in ids nointxmask disable_vga disable_idle_d3; do
		modinfo -p "$MODULE" | grep -q "^$parameter:" || return
	done
	[ "$(stat -c %a "$PARAMETERS/nointxmask")" = 644 ] &&
		[ "$(stat -c %a "$PARAMETERS/disable_vga")" = 444 ] &&
		[ "$(stat -c %a "$PARAMETERS/disable_idle_d3")" = 644 ]
}

has_nothing() {
	! ls -d "$DRIVERS/$OURS"/*:* >/dev/null 2>&1
}

loading_binds_nothing() {
	unload && unbind "$BDF" && override "$BDF" && load && has_nothing
}

probing_binds_nothing() {
	put /sys/bus/pci/drivers_probe "$BDF"
	has_nothing
}

binding_by_name_is_refused() {
	unbind "$BDF" && override "$BDF" && not put "$DRIVERS/$OURS/bind" "$BDF" &&
		has_nothing
}

binding_against_the_override_is_refused() {
	override "$BDF" no-such-driver && not put "$DRIVERS/$OURS/bind" "$BDF" &&
		has_nothing
}

override_binds() {
	override "$BDF" "$OURS" && put /sys/bus/pci/drivers_probe "$BDF" &&
		is_bound "$BDF" "$OURS"
}

# Other cards of the same kind must not be taken along: by an ID, or because they
# were bound before.
protect_others() {
	for class in "$DEVICES"/*/class; do
		other=$(basename "$(dirname "$class")")
		case $(cat "$class") in
		0x03*)
			[ "$other" = "$BDF" ] && continue
			! is_bound "$other" "$OURS" || unbind "$other"
			override "$other" "$1" ;;
		esac
	done
}

new_id_binds() {
	reload && unbind "$BDF" && override "$BDF" &&
		put "$DRIVERS/$OURS/new_id" "${VENDOR#0x} ${DEVICE#0x}" &&
		is_bound "$BDF" "$OURS"
}

removed_id_binds_no_more() {
	put "$DRIVERS/$OURS/remove_id" "${VENDOR#0x} ${DEVICE#0x}" &&
		unbind "$BDF" &&
		not put "$DRIVERS/$OURS/bind" "$BDF" && has_nothing
}

ids_binds_at_load() {
	unbind "$BDF"
	override "$BDF" && reload ids="${VENDOR#0x}:${DEVICE#0x}" &&
		is_bound "$BDF" "$OURS"
}

ids_of_another_vendor_binds_nothing() {
	unbind "$BDF" && reload ids="fffe:${DEVICE#0x},${VENDOR#0x}:fffe" &&
		has_nothing
}

bad_ids_are_told_and_skipped() {
	mark="bad ids test $$"
	echo "$mark" >/dev/kmsg
	unbind "$BDF" && reload ids="nonsense,,${VENDOR#0x}:${DEVICE#0x}" &&
		is_bound "$BDF" "$OURS" &&
		dmesg | sed "1,/$mark/d" | grep -q nonsense
}

# A device nobody uses that is no display controller and no bridge.
find_stranger() {
	for class in "$DEVICES"/*/class; do
		stranger=$(basename "$(dirname "$class")")
		case $(cat "$class") in
		0x03* | 0x0604*) ;;
		*)
			[ -e "$DEVICES/$stranger/driver" ] ||
				[ ! -e "$DEVICES/$stranger/iommu_group" ] ||
				return 0 ;;
		esac
	done
	return 1
}

other_classes_are_refused() {
	override "$stranger" "$OURS"
	put "$DRIVERS/$OURS/bind" "$stranger"
	got=$(bound_driver "$stranger")
	override "$stranger"
	[ -z "$got" ]
}

# Suspending takes a moment; staying awake must last longer than that.
runtime_status_becomes() {
	tries=30
	until [ "$(cat "$DEVICES/$1/power/runtime_status")" = "$2" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
	sleep 0.5
	[ "$(cat "$DEVICES/$1/power/runtime_status")" = "$2" ]
}

unused_card_sleeps() {
	unbind "$BDF"
	reload && bind "$BDF" "$OURS" && runtime_status_becomes "$BDF" suspended
}

disable_idle_d3_keeps_it_awake() {
	reload disable_idle_d3=1 && bind "$BDF" "$OURS" &&
		runtime_status_becomes "$BDF" active
}

disable_idle_d3_can_be_changed() {
	put "$PARAMETERS/disable_idle_d3" N && unbind "$BDF" &&
		bind "$BDF" "$OURS" && runtime_status_becomes "$BDF" suspended
}

# The core keeps some of vfio-pci's parameters for all its drivers.
parameters_of_vfio_pci_stay() {
	unbind "$BDF2"
	modprobe -r vfio-pci
	reload && modprobe vfio-pci disable_idle_d3=1 &&
		reload disable_idle_d3=0 &&
		bind "$BDF2" vfio-pci && runtime_status_becomes "$BDF2" active &&
		bind "$BDF" "$OURS" && runtime_status_becomes "$BDF" suspended
}

our_parameters_are_ours_alone() {
	unbind "$BDF2"
	modprobe -r vfio-pci
	modprobe vfio-pci && reload disable_idle_d3=1 &&
		bind "$BDF2" vfio-pci &&
		runtime_status_becomes "$BDF2" suspended &&
		bind "$BDF" "$OURS" && runtime_status_becomes "$BDF" active
}

masked_at() {
	[ "$("$PROGRAMS/vga_io" "$1" intx)" = "$2" ]
}

intx_is_masked_in_the_card() {
	reload && bind "$1" "$OURS" && masked_at "$1" device
}

# Read at open, as the core does.
nointxmask_masks_in_the_controller() {
	put "$PARAMETERS/nointxmask" Y && masked_at "$1" controller &&
		put "$PARAMETERS/nointxmask" N && masked_at "$1" device
}

nointxmask_is_as_under_vfio_pci() {
	unbind "$1"
	modprobe -r vfio-pci
	modprobe vfio-pci nointxmask=1 && reload &&
		bind "$1" vfio-pci && masked_at "$1" controller &&
		bind "$1" "$OURS" && masked_at "$1" device
}

# A card with an interrupt pin; the lab's VIRTIO is one.
find_intx() {
	intx=${VFIO_VGA_BDF_INTX-${VIRTIO-}}
	[ -n "$intx" ]
}

plan 21
load
protect_others no-such-driver
trap 'protect_others ""; restore' EXIT

check "aliases_are_for_vfio_users_and_display_class" \
	aliases_are_for_vfio_users_and_display_class
check "parameters_are_those_of_vfio_pci" parameters_are_those_of_vfio_pci
check "loading_binds_nothing" loading_binds_nothing
check "probing_binds_nothing" probing_binds_nothing
check "binding_by_name_is_refused" binding_by_name_is_refused
check "binding_against_the_override_is_refused" \
	binding_against_the_override_is_refused
check "override_binds" override_binds
check "new_id_binds" new_id_binds
check "removed_id_binds_no_more" removed_id_binds_no_more
check "ids_binds_at_load" ids_binds_at_load
check "ids_of_another_vendor_binds_nothing" ids_of_another_vendor_binds_nothing
check "bad_ids_are_told_and_skipped" bad_ids_are_told_and_skipped
unbind "$BDF"
reload
if find_stranger; then
	check "other_classes_are_refused" other_classes_are_refused
else
	skip "other_classes_are_refused" "every other device has a driver"
fi
check "unused_card_sleeps" unused_card_sleeps
check "disable_idle_d3_keeps_it_awake" disable_idle_d3_keeps_it_awake
check "disable_idle_d3_can_be_changed" disable_idle_d3_can_be_changed
if [ -n "$BDF2" ]; then
	check "parameters_of_vfio_pci_stay" parameters_of_vfio_pci_stay
	check "our_parameters_are_ours_alone" our_parameters_are_ours_alone
else
	skip "parameters_of_vfio_pci_stay" "needs a second card, VFIO_VGA_BDF2"
	skip "our_parameters_are_ours_alone" "needs a second card, VFIO_VGA_BDF2"
fi
if find_intx; then
	driver=$(bound_driver "$intx")
	check "intx_is_masked_in_the_card" intx_is_masked_in_the_card "$intx"
	check "nointxmask_masks_in_the_controller" \
		nointxmask_masks_in_the_controller "$intx"
	check "nointxmask_is_as_under_vfio_pci" \
		nointxmask_is_as_under_vfio_pci "$intx"
	unbind "$intx"
	[ -z "$driver" ] || bind "$intx" "$driver"
else
	for promise in intx_is_masked_in_the_card \
		nointxmask_masks_in_the_controller \
		nointxmask_is_as_under_vfio_pci; do
		skip "$promise" "VFIO_VGA_BDF_INTX names no card with INTx"
	done
fi
finish
