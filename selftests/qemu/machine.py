# SPDX-License-Identifier: GPL-2.0-only
"""The machine under test (L1): its QEMU command line, its sockets, and whether KVM may run it."""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import image

ROMS = pathlib.Path(__file__).resolve().parent.parent.parent / 'build/zoo'
PROBE_SECONDS = 20
PR_SET_PDEATHSIG = 1
# An instruction takes 2^3 ns then, about as many as it takes an emulated machine.
ICOUNT_SHIFT = 3

# The card behind each root port, in the order the firmware finds them: the first is the boot display.
# The cirrus one sets its graphics modes through ports 0x3c0-0x3df alone; a standard VGA needs 0x1ce, which no VGA
# region has, so its own BIOS offers a guest no VBE mode.
CARDS = (('host', 'VGA'), ('card1', 'VGA'), ('card2', 'VGA'), ('card3', 'ati-vga'), ('cirrus', 'cirrus-vga'))
TOPOLOGIES = ('liar', 'samebus', 'others', 'ati', 'zoo', 'rarities', 'fragile', 'methods')
# The key pair in Debian's ovmf package which its OVMF_VARS_4M.snakeoil.fd trusts.
SNAKEOIL = '/usr/share/ovmf/PkKek-1-snakeoil'
# The models of selftests/zoo, which are in the QEMU of contrib/qemu/build, and the BAR that has the card's memory
# where that is not BAR 0.
ZOO = ('hd5450', 'hd7850', 'x550', 'gf7300le', 'nvs290', 'gf8400gs')
RARITIES = ('gt240', 'gf9400m', 'hd530', 'msix')
# selftests/zoo/fragile.c: cards that do not come back as they should.
FRAGILE = ('lies', 'twice', 'slow', 'never', 'd3', 'bonaire')
# In slots that firmware can switch off through these ports: a card without other functions, one with, and one whose
# firmware only says so.
POWERED = (('cut', 'never', True), ('cut2', 'pair', True), ('uncut', 'never', False))
POWER_PORT = 0x5a0
# The same, and their reset is one that the PCI core has besides those of PCI Express. Firmware resets the last one.
METHODS = ('af', 'flr')
RESET_PORT = 0x5a8
SLOT = '''
    External (\\_SB.PCI0.{name}, DeviceObj)
    Scope (\\_SB.PCI0.{name}) {{
        OperationRegion (SWR, SystemIO, {port}, 1)
        Field (SWR, ByteAcc, NoLock, Preserve) {{ SWF, 8 }}
{content}    }}
'''
SWITCH = '''\
        PowerResource (SWP, 0, 0) {
            Method (_STA) { Return (SWF) }
            Method (_ON) { SWF = 1 }
            Method (_OFF) { SWF = 0 }
        }
        Name (_PR0, Package () { SWP })
        Name (_PR3, Package () { SWP })
'''
RESET = '''\
        External (S00, DeviceObj)
        Scope (S00) {
            Method (_RST) {
                SWF = 0
                SWF = 1
            }
        }
'''
VRAM_BAR = {'gf7300le': 1, 'nvs290': 1, 'gf8400gs': 1}


def qemu_binary():
    path = os.environ.get('LAB_QEMU') or shutil.which('qemu-system-x86_64')
    if not path:
        raise image.Missing('qemu-system-x86_64 is not installed: apt-get install qemu-system-x86')
    return path


def qemu_version():
    text = subprocess.run((qemu_binary(), '--version'), stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.search(r'version (\d+\.\d+)', text)[1]


def base_command(accel, cpus, icount=False):
    # One thread for all virtual CPUs. Before 8.2, while one CPU changes the memory map another one's device accesses
    # can go to the wrong device (fixed by "softmmu: Use async_run_on_cpu in tcg_commit"). Every switch of the VGA
    # route changes the map: seen here as lost ends of interrupts, after which a CPU's timer never fires again. And in
    # 10.0 a CPU was seen to run an instruction that another one had patched back ("Oops: int3").
    # With five levels of page tables KASAN now and then reports an interrupt during boot: identify_cpu() forgets for a
    # moment that the CPU has them.
    speed = ('-accel', 'tcg,thread=single', '-cpu', 'max,la57=off')
    if icount:
        speed += ('-icount', f'shift={ICOUNT_SHIFT},sleep=off')
    elif accel == 'kvm':
        speed = ('-accel', 'kvm', '-cpu', 'host')
    return [qemu_binary(), *speed, '-smp', str(cpus), '-m', '3G', '-nodefaults', '-no-user-config', '-no-reboot',
            '-display', 'none', '-machine', 'q35,kernel-irqchip=off', '-device', 'intel-iommu,intremap=on']


def secure_boot(directory, vmlinuz):
    """Sign the kernel with the key that SNAKEOIL's firmware trusts; return it, and the arguments for the firmware."""
    signed, variables = directory / 'vmlinuz.signed', directory / 'variables'
    key = directory / 'key'
    # Its password is public, as it is.
    image.run('openssl', 'pkey', '-in', f'{SNAKEOIL}.key', '-passin', 'pass:snakeoil', '-out', key)
    image.run('sbsign', '--key', key, '--cert', f'{SNAKEOIL}.pem', '--output', signed, vmlinuz)
    shutil.copy('/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd', variables)
    return signed, ['-machine', 'smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on', '-drive',
                    'if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd', '-drive',
                    f'if=pflash,format=raw,file={variables}']


def card_devices(cards, topology):
    """Return -device arguments for the cards, their ids, and what the firmware knows of their slots."""
    args, ids, firmware = [], [], []

    def device(text):
        args.extend(('-device', text))

    def slot():
        return len(ids) + 2

    def port(name, more=''):
        number = len(ids) + 1
        device(f'pcie-root-port,id=port-{name},bus=pcie.0,chassis={number},slot={number},addr={slot():#x}{more}')

    def firmware_does(content, io_port):
        firmware.append(SLOT.format(name=f'S{slot() << 3:02X}', port=io_port, content=content))

    for name, model in (*CARDS, *((f'card{n}', 'VGA') for n in range(4, cards + 1))):
        # Most graphics cards are in no hotplug slot. In one, Linux before 6.5 takes a second to reset the bus.
        port(name, '' if name == 'cirrus' else ',hotplug=off')
        device(f'{model},id={name},bus=port-{name}')
        ids.append(name)
    if 'samebus' in topology:
        port('twins')
        device('pcie-pci-bridge,id=bridge-twins,bus=port-twins')
        for n in (1, 2):
            device(f'VGA,id=twin{n},bus=bridge-twins,addr={n}')
            ids.append(f'twin{n}')
    if 'others' in topology:
        # A display controller that is no VGA, and a VGA with a power management capability.
        for name, model in (('secondary', 'secondary-vga'), ('virtio', 'virtio-vga')):
            port(name)
            device(f'{model},id={name},bus=port-{name}')
            ids.append(name)
    if 'ati' in topology:
        port('rv100')
        device('ati-vga,model=rv100,id=rv100,bus=port-rv100')
        ids.append('rv100')
    if 'zoo' in topology:
        for name in ZOO:
            # At the cards' own speed; behind a faster port Linux waits for a link state that QEMU 7.2 does not have.
            port(name, ',x-speed=5,x-width=16')
            device(f'zoo-{name},id={name},bus=port-{name},romfile={ROMS}/{name}.rom')
            ids.append(name)
    if 'rarities' in topology:
        for name in RARITIES:
            port(name, ',x-speed=5,x-width=16')
            device(f'zoo-{name},id={name},bus=port-{name},multifunction=on')
            ids.append(name)
        device('intel-hda,id=gt240-audio,bus=port-gt240,addr=0.1')
        ids.append('gt240-audio')
    if 'fragile' in topology:
        for name in FRAGILE:
            port(name, ',x-speed=5,x-width=16,hotplug=off')
            device(f'zoo-{name},id={name},bus=port-{name}')
            ids.append(name)
        port('pair', ',x-speed=5,x-width=16,hotplug=off')
        device('zoo-pair,id=pair,bus=port-pair,addr=0.0,multifunction=on')
        device('zoo-audio,id=audio,bus=port-pair,addr=0.1')
        ids.extend(('pair', 'audio'))
        for number, (name, model, honest) in enumerate(POWERED):
            firmware_does(SWITCH, POWER_PORT + number)
            port(name, ',x-speed=5,x-width=16,hotplug=off')
            device(f'zoo-{model},id={name},bus=port-{name},addr=0.0,multifunction=on' +
                   f',power-port={POWER_PORT + number}' * honest)
            ids.append(name)
        device('zoo-audio,id=audio2,bus=port-cut2,addr=0.1')
        ids.append('audio2')
    if 'methods' in topology:
        for name in METHODS:
            port(name, ',x-speed=5,x-width=16,hotplug=off')
            device(f'zoo-{name},id={name},bus=port-{name}')
            ids.append(name)
        firmware_does(RESET, RESET_PORT)
        port('rst', ',x-speed=5,x-width=16,hotplug=off')
        device(f'zoo-pair,id=rst,bus=port-rst,power-port={RESET_PORT}')
        ids.append('rst')
    if 'liar' in topology:
        # As with integrated graphics, the firmware finds the first before all others and makes it the boot display.
        for name, place in (('liar', 0x1d), ('liar2', 0x1e)):
            device(f'VGA,id={name},bus=pcie.0,addr={place:#x}')
            ids.append(name)
    return args, ids, firmware


def acpi_table(firmware, directory):
    """Return arguments for a table with what the firmware knows, as that of a laptop does."""
    if not firmware:
        return []
    source = directory / 'slots.asl'
    source.write_text('DefinitionBlock ("", "SSDT", 1, "LAB", "SLOTS", 1) {\n' + ''.join(firmware) + '}\n')
    if not shutil.which('iasl'):
        raise image.Missing('iasl is not installed: apt-get install acpica-tools')
    subprocess.run(('iasl', '-p', source.with_suffix(''), source), stdout=subprocess.DEVNULL, check=True)
    return ['-acpitable', f'file={source.with_suffix(".aml")}']


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def probe_kvm(kernel_dir, initrd):
    """Boot the kernel as far as its first process under KVM: a /dev/kvm that opens may still hang a guest."""
    command = base_command('kvm', cpus=2) + [
        '-kernel', str(kernel_dir / 'vmlinuz'), '-initrd', str(initrd), '-serial', 'stdio', '-monitor', 'none',
        '-append', 'console=ttyS0 lab.probe panic=-1']
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=PROBE_SECONDS, preexec_fn=die_with_parent)
    except subprocess.TimeoutExpired:
        return False
    return b'lab: probe reached user space' in result.stdout


def choose_accel(wanted, kernel_dir, initrd):
    if wanted != 'auto':
        return wanted
    if not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return 'tcg'
    # The answer is this machine's until it reboots.
    boot = pathlib.Path('/proc/sys/kernel/random/boot_id').read_text().strip()
    answer = image.CACHE / f'accel-{boot}'
    if not answer.exists():
        image.log(f'does KVM work here? Booting a kernel to see, {PROBE_SECONDS} s at most')
        for old in image.CACHE.glob('accel-*'):
            old.unlink()
        answer.write_text('kvm' if probe_kvm(kernel_dir, initrd) else 'tcg')
    return answer.read_text()


class QMP:
    """A client for QEMU's monitor: one command at a time, events are dropped."""

    def __init__(self, path):
        self.stream = socket.socket(socket.AF_UNIX)
        self.stream.settimeout(60)
        self.stream.connect(str(path))
        self.lines = self.stream.makefile('r')
        self.lines.readline()  # the greeting
        self.execute('qmp_capabilities')

    def command(self, request):
        self.stream.sendall(json.dumps(request).encode() + b'\n')
        while line := self.lines.readline():
            answer = json.loads(line)
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise RuntimeError(answer['error']['desc'])
        raise RuntimeError('QEMU closed its monitor')

    def execute(self, name, **arguments):
        return self.command({'execute': name, 'arguments': arguments})


class Machine:
    """A running L1. Use as a context manager: leaving it ends QEMU, whatever happened."""

    def __init__(self, directory, out, accel, kernel_dir, initrd, images, options):
        self.directory = pathlib.Path(directory)
        self.serial = pathlib.Path(out) / 'serial.log'
        self.serial.write_bytes(b'')
        devices, self.cards, firmware = card_devices(options.cards, options.topology)
        devices += acpi_table(firmware, self.directory)
        vmlinuz = kernel_dir / 'vmlinuz'
        firmware = []
        if options.secure_boot:
            vmlinuz, firmware = secure_boot(self.directory, vmlinuz)
        line = ('console=tty0 console=ttyS0,115200 intel_iommu=on panic=-1 ignore_loglevel no_console_suspend '
                f'printk.devkmsg=on sysrq_always_enabled no_timer_check log_buf_len=16M {options.append}')
        console = 'stdio,signal=off' if options.interactive else f'socket,path={directory}/console,server=on,wait=off'
        self.command = base_command(accel, options.cpus, options.icount) + firmware + devices + [
            '-kernel', str(vmlinuz), '-initrd', str(initrd), '-append', line.strip(),
            '-chardev', f'{console},id=console,logfile={self.serial}', '-device', 'isa-serial,chardev=console,index=0',
            '-chardev', f'socket,id=control,path={directory}/control,server=on,wait=off',
            '-device', 'isa-serial,chardev=control,index=1',
            '-qmp', f'unix:{directory}/qmp,server=on,wait=off']
        for number, path in enumerate(images):
            self.command += ['-drive', f'if=none,id=disk{number},format=raw,readonly=on,file={path}',
                             '-device', f'virtio-blk-pci,drive=disk{number},bus=pcie.0,addr={0x18 + number:#x}']
        self.interactive = options.interactive
        self.qemu_log = pathlib.Path(out) / 'qemu.log'

    def __enter__(self):
        with open(self.qemu_log, 'wb') as log:
            self.process = subprocess.Popen(
                self.command, stdin=None if self.interactive else subprocess.DEVNULL,
                stdout=None if self.interactive else log, stderr=log, preexec_fn=die_with_parent)
        try:
            self.qmp = QMP(self.wait_for('qmp'))
            self.control = socket.socket(socket.AF_UNIX)
            self.control.connect(str(self.wait_for('control')))
        except OSError as error:
            self.process.kill()
            raise image.Missing(f'QEMU did not start: {error}\n{self.qemu_log.read_text()}') from error
        except BaseException:
            self.process.kill()
            raise
        return self

    def wait_for(self, name):
        path = self.directory / name
        for _ in range(100):
            if path.exists():
                return path
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise image.Missing(f'QEMU did not start:\n{self.qemu_log.read_text()}')

    def __exit__(self, *exception):
        with contextlib.suppress(RuntimeError, OSError):
            self.qmp.execute('quit')
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pci_devices(self):
        """Map the id of every PCI device to what QEMU knows of it, buses as L1 numbered them."""
        found = {}

        def walk(devices):
            for device in devices:
                found[device['qdev_id']] = device
                walk(device.get('pci_bridge', {}).get('devices', ()))
        for bus in self.qmp.execute('query-pci'):
            walk(bus['devices'])
        return found

    def addresses(self):
        """Map each card's id to its address in L1."""
        found = self.pci_devices()
        return {name: '0000:{bus:02x}:{slot:02x}.{function:x}'.format(**found[name])
                for name in self.cards if name in found}

    def memory(self, card, start, size):
        """Return bytes of the card's memory, through its BAR where L1 has put it."""
        number = VRAM_BAR.get(card, 0)
        bar = [region for region in self.pci_devices()[card]['regions'] if region['bar'] == number]
        if not bar or bar[0]['address'] <= 0:
            raise RuntimeError(f'BAR {number} of {card} is not mapped')
        dump = self.directory / 'memory'
        self.qmp.execute('pmemsave', val=bar[0]['address'] + start, size=size, filename=str(dump))
        return dump.read_bytes()

    def screendump(self, card, path, form):
        self.qmp.execute('screendump', filename=str(path), device=card, format=form)

    def ask_what_hangs(self):
        """Make the kernel print its blocked tasks: SysRq w, which on a serial console is a break and the letter."""
        if self.interactive:
            return
        with contextlib.suppress(RuntimeError, OSError):
            console = socket.socket(socket.AF_UNIX)
            console.connect(str(self.directory / 'console'))
            self.qmp.execute('chardev-send-break', id='console')
            console.sendall(b'w')
            time.sleep(3)
            console.close()
