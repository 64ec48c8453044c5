"""A program of the lab that runs beside the tests."""

import subprocess

import lab

END_LIMIT = 20


class Program:
    """Starts at once; `stop` ends it. What it prints is in `log`."""

    def __init__(self, name, arguments, environment=None):
        self.log_file = lab.DIRECTORY / f"{name}.log"
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def log(self):
        """All that it has printed."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, condition, limit, what):
        """Until the condition holds; a program that ended before is named."""
        def holds():
            if self.process.poll() is not None:
                raise AssertionError(f"{what}: it ended with {self.process.returncode}: {self.log()[-2000:]}")
            return condition()
        return lab.wait_until(holds, limit, lambda: f"{what}: {self.log()[-2000:]}")

    def stop(self):
        """SIGTERM, and SIGKILL if that does not help; its status."""
        self.process.terminate()
        try:
            return self.process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
