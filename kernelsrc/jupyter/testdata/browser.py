"""Opens a notebook in JupyterLab in a browser, runs all its cells, and takes a picture of the whole page.

browser.py NOTEBOOK PICTURE.png prints what it found as one line of JSON. The notebook is opened in its folder and is
not saved. It needs jupyterlab and selenium in the Python that runs it, and Debian's chromium and chromium-driver.
"""

import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTH = 1100  # of the window, in pixels
MAX_HEIGHT = 16000  # of a picture that Chromium can take, in pixels
START = 90  # seconds until server and kernel must run
RUN = 900  # seconds until all cells must have run

# The state of the notebook. Cells are counted in its model, because those out of sight are not in the page.
STATE = """
const w = window.jupyterapp && window.jupyterapp.shell.currentWidget;
if (!w || !w.context || !w.context.isReady) return {status: 'none', running: 0, ended: false};
const code = [...w.content.model.cells].filter(c => c.type === 'code');
const outputs = code.flatMap(c => Array.from({length: c.outputs.length}, (_, i) => c.outputs.get(i)));
const session = w.context.sessionContext.session, kernel = session && session.kernel;
const connected = kernel && kernel.connectionStatus === 'connected';
return {
  kernel: kernel ? kernel.name : null, status: connected ? kernel.status : 'none',
  code: code.length, executed: code.filter(c => c.executionCount !== null).length,
  ended: window.longseqEnded === true,
  running: code.filter(c => c.executionState === 'running').length,
  errors: outputs.filter(o => o.type === 'error').map(o => o.data['text/plain'] || String(o.toJSON().evalue)),
  images: outputs.filter(o => Object.keys(o.data).some(m => m.startsWith('image/'))).length};
"""

# The number of pictures in the page, and of those with a size.
PICTURES = """
const all = [...document.querySelectorAll('.jp-RenderedImage img, .jp-RenderedSVG img, .jp-RenderedSVG svg')];
return [all.length, all.filter(p => p.tagName !== 'IMG' || p.complete && p.naturalWidth > 0).length];
"""

# Scrolls to the top and returns the lower end of the last cell.
FOOT = """
const content = window.jupyterapp.shell.currentWidget.content, node = content.node;
content.activeCellIndex = 0;
content.deselectAll();
content.scrollToItem(0, 'start');
return Math.ceil(Math.max(...[...node.querySelectorAll('.jp-Cell')].map(c => c.getBoundingClientRect().bottom)));
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def settings(home: pathlib.Path) -> None:
    """Turns off saving, and dialogs that would cover the page."""
    for plugin, values in {
        "docmanager-extension/plugin": {"autosave": False},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))


def start_server(root: pathlib.Path, home: pathlib.Path, token: str) -> tuple[subprocess.Popen, str]:
    port = free_port()
    env = dict(os.environ, JUPYTERLAB_SETTINGS_DIR=str(home / "settings"), JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
               JUPYTER_RUNTIME_DIR=str(home / "runtime"), JUPYTER_CONFIG_DIR=str(home / "config"))
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0", "--allow-root",
         f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True",
         f"--FileCheckpoints.checkpoint_dir={home / 'checkpoints'}"],
        env=env, stdout=(home / "server.log").open("w"), stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    end = time.time() + START
    while True:
        try:
            urllib.request.urlopen(f"{url}/api?token={token}", timeout=2).read()
            return server, url
        except OSError:
            if server.poll() is not None or time.time() > end:
                server.kill()
                sys.exit("JupyterLab did not start:\n" + (home / "server.log").read_text())
            time.sleep(0.1)


def start_browser(home: pathlib.Path) -> webdriver.Chrome:
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                 f"--window-size={WIDTH},1000", f"--user-data-dir={home / 'chromium'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    browser.set_script_timeout(RUN)
    return browser


def wait(browser: webdriver.Chrome, holds, seconds: float) -> dict:
    """Waits until a condition holds for the notebook's state, or for so many seconds, and returns the state."""
    end = time.time() + seconds
    while True:
        state = browser.execute_script(STATE)
        if holds(state) or time.time() > end:
            return state
        time.sleep(0.1)


def command(browser: webdriver.Chrome, name: str) -> None:
    """Starts a command of JupyterLab; the state says when it has ended. Waiting for it in the browser would fail after the
    two minutes that selenium waits for an answer."""
    browser.execute_script(
        "window.longseqEnded = false;"
        "window.jupyterapp.commands.execute(arguments[0]).then(() => { window.longseqEnded = true; },"
        "                                                   () => { window.longseqEnded = true; });", name)


def run_all(browser: webdriver.Chrome) -> dict:
    """Runs all cells and returns the state after the last one, or after RUN seconds."""
    command(browser, "notebook:run-all-cells")
    return wait(browser, lambda s: s["ended"] and s["status"] == "idle" and s["running"] == 0, RUN)


def inspect(browser: webdriver.Chrome, page: str, picture: pathlib.Path) -> dict:
    begin = time.time()
    browser.get(page)
    wait(browser, lambda s: s["status"] not in ("none", "starting"), START)
    opened = wait(browser, lambda s: s["status"] == "idle", 5)  # before any cell has run
    report = {"status_at_open": opened["status"], "open_s": round(time.time() - begin, 1)}
    browser.execute_script("window.jupyterapp.shell.collapseLeft()")
    begin = time.time()
    report |= run_all(browser)
    report["run_s"] = round(time.time() - begin, 1)
    browser.set_window_size(WIDTH, MAX_HEIGHT)  # so that the page renders every cell
    for _ in range(3):  # rendering moves cells
        foot = browser.execute_script(FOOT)
        time.sleep(1)
    report["pictures"], report["drawn"] = browser.execute_script(PICTURES)
    browser.set_window_size(WIDTH, min(MAX_HEIGHT, foot + 200))
    time.sleep(1)
    picture.parent.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(picture))
    report["console"] = [line["message"] for line in browser.get_log("browser") if line["level"] == "SEVERE"]
    return report


def stop_server(server: subprocess.Popen, url: str, token: str) -> None:
    """Asks the server to shut down, which ends the kernels too."""
    try:
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/shutdown?token={token}", data=b"", method="POST"), timeout=5)
        server.wait(timeout=15)
    except (OSError, subprocess.TimeoutExpired):
        server.kill()
        server.wait()


def main(notebook: pathlib.Path, picture: pathlib.Path) -> None:
    token = secrets.token_hex(16)
    home = pathlib.Path(tempfile.mkdtemp(prefix="longseq-lab-"))
    try:
        settings(home)
        server, url = start_server(notebook.parent.parent, home, token)
        try:
            browser = start_browser(home)
            try:
                report = inspect(browser, f"{url}/lab/tree/{notebook.parent.name}/{notebook.name}?token={token}&reset", picture)
            finally:
                browser.quit()
        finally:
            stop_server(server, url, token)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(report))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
