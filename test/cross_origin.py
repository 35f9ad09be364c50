"""A web page of another origin, in a real browser, that asks a server on loopback: what the page gets to see.

For drills: Chromium has to be installed. The server's own log tells what arrived.
"""

import json
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Each attempt says what the page learned: a status and text, "opaque", or the browser's own refusal.
_PAGE = """<!doctype html><script>
const attempts = %s;
const outcomes = {};
async function attempt(name, url, options) {
  try {
    const answer = await fetch(url, options);
    outcomes[name] = answer.type === 'opaque' ? 'opaque' : `${answer.status} ${await answer.text()}`;
  } catch (error) { outcomes[name] = `${error}`; }
}
(async () => {
  for (const [name, url, options] of attempts) await attempt(name, url, options);
  await fetch('/outcomes', { method: 'POST', body: JSON.stringify(outcomes) });
})();
</script>"""


def ask_from_another_origin(attempts, timeout=120):
    """The outcome of each attempt, `(name, URL, options of fetch)`, made by a page that Chromium loads."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "no Chromium here: apt-get install chromium"
    told, done = {}, threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802 the name is http.server's
            self.answer((_PAGE % json.dumps(attempts)).encode())

        def do_POST(self):  # noqa: N802
            told.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(b"")
            done.set()

        def answer(self, body):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as page, tempfile.TemporaryDirectory() as profile:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{page.server_port}/"
        command = [browser, *_FLAGS, f"--user-data-dir={profile}/p", "--remote-debugging-port=0", url]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert done.wait(timeout), "the page did not end its attempts"
        finally:
            child.terminate()
            child.wait(30)
            page.shutdown()
    return told
