#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card that does not come back is quarantined: opening it fails soon and says why, nobody else suffers, and there is a
# way out. And what the files about resets say.
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

# kill_it BDF: a user starts its engine, and its reset kills it.
kill_it() {
	act "$1" open memory write 5 "$ENGINE" 1 close
}

dead_card_is_quarantined() {
	mark_log
	kill_it "$NEVER" && said close 0 || return
	diag "$(cat "$(file "$NEVER" quarantine)")"
	grep -q "^1 bus: no answers" "$(file "$NEVER" quarantine)" &&
		said_once "vfio-pci-vga $NEVER: does not come back from reset (bus: no answers"
}

close_is_bounded() {
	[ "$(took close)" -lt 3000 ]
}

opening_fails_soon() {
	act "$NEVER" open
	said open EIO && [ "$(took open)" -lt 2000 ]
}

open_fails_soon() {
	mark_log
	opening_fails_soon && said_once "vfio-pci-vga $NEVER: cannot be opened: quarantined (bus: no answers"
}

# Alive when it is bound, it dies of the next reset.
bind_running() {
	fresh never "$NEVER" vfio-pci-vga && unbind "$NEVER" || return
	setpci -s "$NEVER" COMMAND=2:2
	act "$NEVER" poke "$ENGINE" 1
	said poke 0 && bind_driver "$NEVER" vfio-pci-vga
}

open_that_kills_fails_soon() {
	bind_running || return
	opening_fails_soon
}

# The PCI core waits for a minute, which the kernel's watchdog of hung tasks would tell.
kernel_reset_that_kills_quarantines() {
	local watchdog=/proc/sys/kernel/hung_task_timeout_secs patience
	read -r patience <"$watchdog"
	bind_running && echo 120 >"$watchdog" && ! { echo 1 >"/sys/bus/pci/devices/$NEVER/reset"; } 2>/dev/null
	local status=$?
	echo "$patience" >"$watchdog"
	[ "$status" = 0 ] || return
	diag "$(cat "$(file "$NEVER" quarantine)")"
	grep -q "^1 kernel: no answers" "$(file "$NEVER" quarantine)" || return
	opening_fails_soon
}

others_do_not_suffer() {
	act "$SLOW" open memory read 5 0 close
	said open 0 && said read 0
}

retry_says_no() {
	! { echo 0 >"$(file "$NEVER" quarantine)"; } 2>/dev/null && grep -q "^1 " "$(file "$NEVER" quarantine)"
}

nonsense_is_refused() {
	local quarantine
	quarantine=$(file "$NEVER" quarantine)
	mark_log
	! { echo 1 >"$quarantine"; } 2>/dev/null && grep -q "^1 " "$quarantine" &&
		said_once "vfio-pci-vga $NEVER: vfio_vga/quarantine: "
}

retry_lifts_it() {
	power never on && echo 0 >"$(file "$NEVER" quarantine)" && grep -qx 0 "$(file "$NEVER" quarantine)" || return
	act "$NEVER" open memory cold close
	said open 0 && said cold 0
}

kernel_reset_lifts_it() {
	kill_it "$NEVER"
	grep -q "^1 " "$(file "$NEVER" quarantine)" || return
	power never on && echo 1 >"/sys/bus/pci/devices/$NEVER/reset" || return
	diag "$(log_end "$NEVER")"
	grep -qx 0 "$(file "$NEVER" quarantine)" || return
	act "$NEVER" open memory cold close
	said open 0 && said cold 0
}

replug_lifts_it() {
	kill_it "$NEVER"
	grep -q "^1 " "$(file "$NEVER" quarantine)" && fresh never "$NEVER" vfio-pci-vga || return
	act "$NEVER" open memory cold close
	said open 0 && said cold 0
}

unbind_works() {
	kill_it "$NEVER"
	grep -q "^1 " "$(file "$NEVER" quarantine)" && unbind "$NEVER" && unload_module && load_module
}

death_in_use_is_quarantined() {
	fresh never "$NEVER" vfio-pci-vga || return
	BEFORE_KILL="power never off" kill_user "$NEVER"
	diag "$(cat "$(file "$NEVER" quarantine)")"
	opening_fails_soon
}

lie_is_remembered() {
	fresh lies "$LIES" vfio-pci-vga || return
	act "$LIES" open close
	diag "$(cat "$(file "$LIES" reset_methods)" "$(file "$LIES" reset_log)")"
	grep -qx -- "-pm bus bus" "$(file "$LIES" reset_methods)" &&
		[ "$(grep -c " pm " "$(file "$LIES" reset_log)")" = 1 ] &&
		grep -q " open pm -5:cleared answers,header,d0 " "$(file "$LIES" reset_log)" &&
		grep -q " open bus ok answers,header,d0,cleared,bar " "$(file "$LIES" reset_log)"
}

lie_is_remembered_over_binds() {
	unbind "$LIES" && bind_driver "$LIES" vfio-pci-vga && grep -qx -- "-pm bus bus" "$(file "$LIES" reset_methods)" || return
	act "$LIES" open close
	! grep " pm " "$(file "$LIES" reset_log)"
}

order_can_be_changed() {
	local methods
	methods=$(file "$LIES" reset_methods)
	echo "bus  pm" >"$methods" && grep -qx "bus pm" "$methods" || return
	! { echo "bus flr" >"$methods"; } 2>/dev/null && ! { echo "bus dance" >"$methods"; } 2>/dev/null || return
	act "$LIES" open memory close
	log_end "$LIES" | grep -q " close bus ok " && echo default >"$methods" &&
		grep -qx "pm bus bus" "$methods"
}

# resets: lines that the log of SLOW has.
resets() {
	wc -l <"$(file "$SLOW" reset_log)"
}

# after WORD...: how many more there are after a user who did that.
after() {
	local before
	before=$(resets)
	act "$SLOW" open "$@" close
	said open 0 && said close 0 && diag "$* leads to $(($(resets) - before)) resets" && MORE=$(($(resets) - before))
}

unused_card_is_not_reset() {
	after && [ "$MORE" = 1 ] && log_end "$SLOW" | grep -q " open bus ok " || return
	after && [ "$MORE" = 0 ]
}

used_card_is_reset() {
	local use
	for use in "memory" "read 5 0" "write 5 0 1" "map" "irqs"; do
		# shellcheck disable=SC2086 # words
		after $use && [ "$MORE" = 1 ] && log_end "$SLOW" | grep -q " close bus ok " || return
	done
}

# Nobody told the kernel about this reset, nor is the card asleep, which would have its configuration restored.
lost_card_is_reset() {
	local port
	port=$(readlink -f "/sys/bus/pci/devices/$SLOW/..") && port=${port##*/}
	echo on >"/sys/bus/pci/devices/$SLOW/power/control"
	setpci -s "$port" BRIDGE_CONTROL=40:40 && sleep 0.1 && setpci -s "$port" BRIDGE_CONTROL=0:40 && sleep 1
	after memory cold && said cold 0 && [ "$MORE" = 2 ] && echo auto >"/sys/bus/pci/devices/$SLOW/power/control"
}

user_reset_is_verified() {
	act "$SLOW" open memory dirty reset cold close
	said reset 0 && said cold 0 && grep -q " user bus ok " "$(file "$SLOW" reset_log)"
}

hot_reset_is_verified() {
	act "$SLOW" open memory dirty hot cold close
	diag "$(cat "$(file "$SLOW" reset_log)")"
	said hot 0 && said cold 0 && grep -q " kernel kernel ok " "$(file "$SLOW" reset_log)"
}

user_reset_that_kills_is_told() {
	fresh never "$NEVER" vfio-pci-vga || return
	act "$NEVER" open memory write 5 "$ENGINE" 1 reset close
	said reset EIO && grep -q "^1 " "$(file "$NEVER" quarantine)"
}

package_in_use_is_told() {
	fresh pair "$PAIR" vfio-pci-vga && bind_driver "$AUDIO" pci-stub || return
	mark_log
	act "$PAIR" open memory dirty close
	said open 0 && log_since | grep -q "$PAIR: no package reset: $AUDIO is used by pci-stub" || return
	act "$PAIR" open memory cold close
	said cold EUCLEAN
}

package_is_reset_when_idle() {
	bind_driver "$AUDIO" vfio-pci && fresh pair "$PAIR" vfio-pci-vga || return
	act "$PAIR" open memory dirty close
	act "$PAIR" open memory cold dirty close
	said cold 0 || return
	diag "$(cat "$(file "$PAIR" reset_log)")"
	log_end "$PAIR" | grep -q " close package ok "
}

plan 24
load_module
fresh slow "$SLOW" vfio-pci-vga
fresh never "$NEVER" vfio-pci-vga
check "a card that does not come back is quarantined, with the reason" dead_card_is_quarantined
check "closing it takes less than 3 s" close_is_bounded
check "opening it fails within 2 s with one line" open_fails_soon
check "others are not affected" others_do_not_suffer
check "a retry in vain says so" retry_says_no
check "nonsense is refused with a line" nonsense_is_refused
check "a retry that works lifts the quarantine" retry_lifts_it
check "a reset by the kernel that works lifts it" kernel_reset_lifts_it
check "removing it and putting it in again lifts it" replug_lifts_it
check "a quarantined card can be unbound, and the module unloaded" unbind_works
check "an open whose reset kills the card fails within 2 s" open_that_kills_fails_soon
check "a reset by the kernel that kills it quarantines it" kernel_reset_that_kills_quarantines
check "a card that dies while it is used is quarantined when its user is killed" death_in_use_is_quarantined
check "a reset that resets nothing is found and not used again" lie_is_remembered
check "and is not forgotten when the card is bound anew" lie_is_remembered_over_binds
check "the order can be changed, to what the card has" order_can_be_changed
fresh slow "$SLOW" vfio-pci-vga
check "a card that was reset and not used since is not reset" unused_card_is_not_reset
check "one that was used is" used_card_is_reset
check "one that lost its configuration is" lost_card_is_reset
check "VFIO_DEVICE_RESET climbs the ladder" user_reset_is_verified
check "a hot reset is verified" hot_reset_is_verified
check "VFIO_DEVICE_RESET fails if the card does not come back" user_reset_that_kills_is_told
unbind "$AUDIO"
promise="a package with a function in use is not reset, and who uses it is told"
if modprobe -q pci-stub; then
	check "$promise" package_in_use_is_told
else
	skip "$promise" "this kernel has no pci-stub to use it"
fi
check "a package that nobody else uses is reset" package_is_reset_when_idle
finish
