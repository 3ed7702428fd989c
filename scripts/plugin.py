"""Installs the XLA CPU plugin in the user's cache folder, where longseq looks for it.

plugin.py REQUIREMENTS downloads the wheel that REQUIREMENTS pins. It keeps an installed plugin if its digest is
right. The new plugin gets its name only when it is complete.
"""

import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

NAME = "pjrt_c_api_cpu_plugin.so"
SHA256 = "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"


def cache_folder() -> pathlib.Path:
    """The folder longseq/pjrt in Go's os.UserCacheDir on Linux."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "longseq" / "pjrt"


def digest(path: pathlib.Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            sha256.update(part)
    return sha256.hexdigest()


def download(requirements: str, folder: str) -> pathlib.Path:
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps"]
    pip += ["--require-hashes", "--only-binary", ":all:", "-r", requirements, "-d", folder]
    if subprocess.run(pip).returncode:
        raise ValueError("pip could not fetch it")
    return next(pathlib.Path(folder).glob("*.whl"))


def unpack(wheel: pathlib.Path, target: pathlib.Path) -> None:
    """Unpacks the plugin into a temporary file beside target, checks it, and renames it."""
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/" + NAME))
        with archive.open(member) as packed, tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            draft = pathlib.Path(file.name)
            try:
                shutil.copyfileobj(packed, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
                if digest(draft) != SHA256:
                    raise ValueError(f"{wheel.name} holds a plugin with another digest than {SHA256}")
                draft.chmod(0o644)
                draft.replace(target)
            except BaseException:
                draft.unlink()
                raise


def main(requirements: str) -> None:
    target = cache_folder() / NAME
    if target.exists() and digest(target) == SHA256:
        print(f"   plugin: {target}")
        return
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit(
            f"no XLA plugin for {platform.system()} on {platform.machine()}: computing in pure Go, about 23 times slower,"
            " and training cannot run; the trained checkpoints in the repository serve instead"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        unpack(download(requirements, folder), target)
    print(f"   plugin: {target}")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        sys.exit(f"no XLA plugin: {error}; run make again where the network is")
    except KeyboardInterrupt:
        sys.exit(130)
