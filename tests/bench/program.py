"""kql, as it is asked the seven questions: a process for each, or a session for all."""
import json
import subprocess

import measure
from questions import QUESTIONS


class Program:
    def __init__(self, path, data, needle, threads):
        self.path, self.data, self.needle = path, data, needle
        self.table = ["--table", f"SigninLogs={data}", "--threads", str(threads)]

    def text(self, name):
        return QUESTIONS[name].kql.replace("NEEDLE", self.needle)

    def command(self, name, form="json"):
        return [self.path, "query", "--format", form, *self.table, self.text(name)]

    def answer(self, name):
        """Rows, and the peak of memory."""
        output, peak = measure.watched(self.command(name, "kusto"))
        return json.loads(output)["Tables"][0]["Rows"], peak

    def seconds(self, name):
        return measure.seconds(self.command(name))

    def session(self):
        return Session([self.path, *self.table])


class Session:
    """A session without a terminal: it reads queries from a pipe and writes tables to another."""
    MARK = "that was all"

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def ask(self, text):
        """What is printed for a query. A second one, of which the answer is known, shows where that ends."""
        query = "\n".join(line for line in text.splitlines() if line.strip())
        self.process.stdin.write(f"{query}\n;\nprint mark = '{self.MARK}';\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.strip() == self.MARK:
                self.process.stdout.readline()  # how many rows the mark has
                return "".join(lines[:-2])  # without the header of the mark
            lines.append(line)
        raise measure.Ended("the session ended")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
