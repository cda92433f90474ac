# SPDX-License-Identifier: GPL-2.0-only
"""What the lab boots: kernels from Debian's packages and file system images made of this machine's own files.

Everything here lands in a cache outside the checkout and is made again when it is absent. Only the
initramfs and the payload are made for each run: they carry the checkout's own scripts.
"""
import contextlib
import fcntl
import glob
import hashlib
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache') / 'vfio-pci-vga'

# What the initramfs must load before it can see the real root; dependencies are added from modules.dep.
ROOT_MODULES = ('virtio_pci', 'virtio_blk', 'squashfs', 'overlay')

PROGRAMS = ('bash', 'flock', 'lspci', 'setpci', 'kmod', 'qemu-system-x86_64')
KMOD_NAMES = ('depmod', 'insmod', 'lsmod', 'modinfo', 'modprobe', 'rmmod')
DATA = ('/usr/share/seabios/*.bin', '/usr/share/qemu/*.bin', '/usr/share/qemu/*.rom', '/usr/share/qemu/keymaps/en-us',
        '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd',
        '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd', '/usr/share/ovmf/OVMF.fd',
        '/usr/lib/x86_64-linux-gnu/qemu/accel-*x86_64.so', '/usr/lib/x86_64-linux-gnu/qemu/hw-display-virtio-*.so',
        '/usr/lib/x86_64-linux-gnu/liblzma.so.5')  # the last is loaded by name, by Debian 13's modinfo


class Missing(Exception):
    """Something the lab needs is not there; the text says what to do."""


def log(text):
    print(f'lab: {text}', file=sys.stderr, flush=True)


def run(*command, **kwargs):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
    if result.returncode:
        raise Missing(f'{" ".join(map(str, command))} failed:\n{result.stdout}')
    return result.stdout


@contextlib.contextmanager
def building(target):
    """Yield a scratch directory that becomes @target if the block succeeds; None if @target is there already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.parent / '.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            yield None
            return
        scratch = pathlib.Path(tempfile.mkdtemp(prefix='.new-', dir=target.parent))
        try:
            yield scratch
            scratch.chmod(0o755)
            scratch.rename(target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise


def squash(tree, image):
    # Uncompressed: the guest is emulated, and unpacking would cost it more than reading.
    run('mksquashfs', tree, image, '-all-root', '-noI', '-noD', '-noF', '-noX', '-no-progress', '-noappend', '-quiet')


def natural(text):
    return [int(part) if part.isdigit() else part for part in re.split(r'(\d+)', text)]


def kernel_version(name):
    """Turn a leg's name into a kernel version.

    'generic' and 'cloud' are what the metapackage of their headers stands for, 'N.N' the newest generic kernel of that
    version whose headers are installed.
    """
    if name in ('generic', 'cloud'):
        package = f'linux-headers-{"cloud-" if name == "cloud" else ""}amd64'
        depends = subprocess.run(('dpkg-query', '-W', '-f', '${db:Status-Status} ${Depends}', package),
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        found = re.findall(r'linux-headers-(\d[\w.+-]*)', depends) if depends.startswith('installed ') else []
    elif re.fullmatch(r'\d+\.\d+', name):
        package = f'linux-headers-{name}-amd64'
        pattern = re.compile(rf'/linux-headers-({re.escape(name)}\b[\d.]*[-+](?!.*(?:cloud|rt)-)[^/]*amd64)$')
        found = [m[1] for m in map(pattern.search, glob.glob('/usr/src/linux-headers-*')) if m]
    else:
        return name
    if not found:
        raise Missing(f'no headers of a {name} kernel are installed: apt-get install {package}')
    return max(found, key=natural)


def fetch_kernel(version, scratch):
    headers = subprocess.run(('dpkg-query', '-W', '-f', '${Version}', f'linux-headers-{version}'),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    # The image of the very build the headers came from, if the archive still has it.
    tries = [f'linux-image-{version}{suffix}{exact}' for exact in ((f'={headers}', '') if headers else ('',))
             for suffix in ('', '-unsigned')]
    for package in tries:
        log(f'downloading {package}')
        if subprocess.run(('apt-get', 'download', '-qq', package), cwd=scratch, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            break
    else:
        raise Missing(f'apt-get download found no package with the kernel {version}; '
                      'is the network there, and is the package list fresh (apt-get update)?')
    # Since 7.2 what is in it are packages of its own, of which the image's only tells.
    depends = run('dpkg-deb', '-f', *scratch.glob('*.deb'), 'Depends')
    parts = re.findall(rf'(linux-\S+-{re.escape(version)}) \(= (\S+)\)', depends)
    if parts:
        run('apt-get', 'download', '-qq', *map('='.join, parts), cwd=scratch)
    for package in scratch.glob('*.deb'):
        run('dpkg-deb', '-x', package, scratch / 'tree')
        package.unlink()


def kernel(name):
    """Return (version, directory): the directory holds vmlinuz, modules.squashfs and the initramfs's modules.

    @name is a leg ('generic', 'cloud', '6.12'), a kernel version whose package apt knows, or a directory with a
    kernel of one's own: vmlinuz, and lib/modules as 'make modules_install' leaves it.
    """
    if os.path.isdir(name):
        tree = pathlib.Path(name).resolve()
        versions = [path.name for path in (tree / 'lib/modules').iterdir()]
        if len(versions) != 1 or not (tree / 'vmlinuz').is_file():
            raise Missing(f'{name} must hold vmlinuz and lib/modules with one kernel version')
        version, stamp = versions[0], f'-{int((tree / "vmlinuz").stat().st_mtime)}'
    else:
        tree, version, stamp = None, kernel_version(name), ''
    target = CACHE / 'kernels' / (version + stamp)
    with building(target) as scratch:
        if scratch:
            if tree is None:
                fetch_kernel(version, scratch)
                modules = scratch / 'tree/lib/modules' / version
                if not modules.is_dir():
                    modules = scratch / 'tree/usr/lib/modules' / version
                vmlinuz = scratch / 'tree/boot' / f'vmlinuz-{version}'
                shutil.copy(vmlinuz if vmlinuz.is_file() else modules / 'vmlinuz', scratch / 'vmlinuz')
            else:
                shutil.copy(tree / 'vmlinuz', scratch / 'vmlinuz')
                modules = tree / 'lib/modules' / version
            log(f'preparing kernel {version}')
            image = scratch / 'image/usr/lib/modules'
            shutil.copytree(modules, image / version, symlinks=True,
                            ignore=shutil.ignore_patterns('build', 'source', 'vmlinuz'))
            (scratch / 'image/lib').symlink_to('usr/lib')
            run('/sbin/depmod', '-b', scratch / 'image', version)
            early_modules(image / version, scratch / 'early')
            squash(scratch / 'image', scratch / 'modules.squashfs')
            shutil.rmtree(scratch / 'image')
            shutil.rmtree(scratch / 'tree', ignore_errors=True)
    return version, target


def early_modules(modules, target):
    """Copy ROOT_MODULES and what they depend on into @target, named so that their order is the load order."""
    target.mkdir()
    needs = {}
    for line in (modules / 'modules.dep').read_text().splitlines():
        path, _, deps = line.partition(':')
        needs[path] = deps.split()
    stem = {os.path.basename(path).split('.ko')[0].replace('-', '_'): path for path in needs}
    order = []
    for name in ROOT_MODULES:
        if name in stem:  # absent: built into the kernel
            order += [path for path in reversed([stem[name], *needs[stem[name]]]) if path not in order]
    for number, path in enumerate(order):
        data = (modules / path).read_bytes()
        if path.endswith('.xz'):
            data = lzma.decompress(data)
        (target / f'{number:02}-{os.path.basename(path).split(".ko")[0]}.ko').write_bytes(data)


def initramfs(kernel_dir, init, image):
    """Write a newc archive with busybox, @init and the early modules: small enough to make for each run."""
    files = {'bin/busybox': (0o100755, shutil.which('busybox')), 'init': (0o100755, init)}
    files.update({f'modules/{path.name}': (0o100644, path) for path in sorted((kernel_dir / 'early').iterdir())})
    with open(image, 'wb') as archive:
        def entry(number, name, mode, data=b''):
            name = name.encode() + b'\0'
            fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
            archive.write(b'070701' + b''.join(b'%08X' % field for field in fields) + name)
            archive.write(b'\0' * (-archive.tell() % 4) + data)
            archive.write(b'\0' * (-archive.tell() % 4))
        number = 1
        for name in ('bin', 'dev', 'modules', 'new', 'proc', 'sys'):
            entry(number, name, 0o040755)
            number += 1
        for name, (mode, path) in files.items():
            entry(number, name, mode, pathlib.Path(path).read_bytes())
            number += 1
        entry(0, 'TRAILER!!!', 0)


def libraries(program):
    listing = subprocess.run(('ldd', program), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return re.findall(r'(/\S+) \(0x', listing)


def root_files():
    """All files of L1's root except its links, as absolute paths on this machine."""
    found = []
    for name in (*PROGRAMS, 'busybox'):
        path = shutil.which(name, path='/usr/sbin:/usr/bin:/sbin:/bin')
        if not path:
            raise Missing(f'{name} is not installed')
        found.append(path)
    for pattern in DATA:
        found += sorted(glob.glob(pattern))
    for path in list(found):
        if path.endswith('.so') or os.access(path, os.X_OK):
            found += libraries(path)
    return sorted(set(found))


def root():
    """Return the squashfs with L1's user space: this machine's busybox, bash, kmod, pciutils and QEMU."""
    files = root_files()
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for path in files:
        stat = os.stat(path)
        digest.update(f'{path} {stat.st_size} {stat.st_mtime_ns}\n'.encode())
    target = CACHE / 'root' / digest.hexdigest()[:16]
    with building(target) as scratch:
        if scratch:
            log('preparing the root file system')
            tree = scratch / 'tree'
            for name in ('bin', 'lib', 'lib64', 'sbin'):  # merged /usr, whatever this machine has
                (tree / 'usr' / name).mkdir(parents=True)
                (tree / name).symlink_to(f'usr/{name}')
            for name in ('dev', 'etc', 'lab', 'proc', 'root', 'run', 'sys', 'tmp'):
                (tree / name).mkdir()
            (tree / 'etc/passwd').write_text('root:x:0:0:root:/root:/bin/bash\n')
            (tree / 'etc/group').write_text('root:x:0:\n')
            for path in files:
                copy = tree / path.lstrip('/')
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)  # follows links: what the name gives here is what it gives there
            for name in KMOD_NAMES:
                (tree / 'usr/sbin' / name).symlink_to('../bin/kmod')
            for applet in run('busybox', '--list').split():
                if not any((tree / 'usr' / place / applet).exists() for place in ('bin', 'sbin')):
                    (tree / 'usr/bin' / applet).symlink_to('busybox')
            squash(tree, scratch / 'root.squashfs')
            shutil.rmtree(tree)
    return target / 'root.squashfs'


def payload(image, files):
    """Write the run's own squashfs: @files maps paths inside L1 to paths here, or to text."""
    with tempfile.TemporaryDirectory(prefix='vfio-vga-payload-') as scratch:
        tree = pathlib.Path(scratch)
        for inside, source in files.items():
            copy = tree / inside.lstrip('/')
            copy.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, str):
                copy.write_text(source)
            else:
                shutil.copy2(source, copy)
                for library in libraries(source) if os.access(source, os.X_OK) else ():
                    place = tree / library.lstrip('/').replace('lib', 'usr/lib', 1) if library.startswith('/lib') \
                        else tree / library.lstrip('/')
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(library, place)
        tree.chmod(0o755)
        squash(tree, image)
