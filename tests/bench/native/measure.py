"""Runs a command and prints, as JSON, what the kernel says it used: wall, user and system seconds, peak memory.

    measure.py [--parallel N] COMMAND ARGUMENT...

With --parallel, N of them at once; a list. A command may print {"seconds": ...} on its last line: the time of the work
without the start of its interpreter.
"""
import json
import os
import sys
import tempfile
import time


def start(command):
    output = tempfile.TemporaryFile()
    begin = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1)])
    return pid, begin, output


def last_line_of(output):
    output.seek(0)
    lines = output.read().decode().strip().splitlines()
    try:
        last = json.loads(lines[-1])
        return last.get("seconds"), last.get("rows")
    except (IndexError, ValueError, AttributeError):
        return None, None


def main(arguments):
    parallel = 1
    if arguments[0] == "--parallel":
        parallel, arguments = int(arguments[1]), arguments[2:]
    running = {}
    for _ in range(parallel):
        pid, begin, output = start(arguments)
        running[pid] = (begin, output)
    results = []
    while running:
        pid, status, usage = os.wait4(-1, 0)
        end = time.monotonic()
        begin, output = running.pop(pid)
        seconds, rows = last_line_of(output)
        results.append({
            "exit": os.waitstatus_to_exitcode(status),
            "wall": end - begin,
            "work": seconds,
            "rows": rows,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        })
    print(json.dumps(results if parallel > 1 else results[0]))


main(sys.argv[1:])
