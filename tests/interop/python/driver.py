"""The official Python SDK as a process, as a program of its user would call it.

It reads calls from its standard input, one JSON object a line, makes each in a thread of its own, and writes what came of
it, one JSON object a line, in any order. It ends when its standard input does. Nothing of the SDK is changed.
"""

import concurrent.futures
import dataclasses
import enum
import hashlib
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
import urllib.request

import tsetsen

lock = threading.Lock()


def plain(value):
    """What JSON can say of a value: enums by their names, bytes by their number and their hash."""
    if isinstance(value, enum.Enum):
        return value.name
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def told(error):
    """What an exception says of itself."""
    kind = type(error)
    return {
        "name": kind.__name__,
        "module": kind.__module__,
        "base": isinstance(error, tsetsen.TsetsenError),
        "text": str(error),
        "code": getattr(error, "code", None),
        "statusCode": getattr(error, "status_code", None),
        "requestId": getattr(error, "request_id", None),
        "details": plain(getattr(error, "details", None)),
    }


def generate_and_wait(client, arguments, wait):
    """Submits a text, and waits for the end of its job."""
    return client.wait_for_completion(client.generate_speech(**arguments).request_id, **wait)


def stream(client, arguments, take):
    """Reads a stream as a program does: all of it, or some chunks before it leaves the loop."""
    sizes, audio = [], hashlib.sha256()
    head = b""
    for chunk in client.stream_speech(**arguments):
        sizes.append(len(chunk))
        audio.update(chunk)
        head = (head + chunk)[:4]
        if len(sizes) == take:
            break
    return {"sizes": sizes, "bytes": sum(sizes), "sha256": audio.hexdigest(), "head": head.decode("latin1")}


def stream_to_file(client, arguments):
    """Streams into a file, and reads it."""
    progress = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "speech.wav")
        client.stream_speech_to_file(
            output_file=path, progress_callback=lambda *seen: progress.append(seen), **arguments
        )
        with open(path, "rb") as file:
            data = file.read()
    return {**plain(data), "head": data[:4].decode("latin1"), "progress": progress[-1:]}


def stream_to_failing_file(client, arguments):
    """Streams into a file, and tells what is there after the failure."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "speech.wav")
        try:
            client.stream_speech_to_file(output_file=path, **arguments)
        except tsetsen.TsetsenError:
            return "a file, with a part of the audio" if os.path.getsize(path) > 0 else "an empty file"
    return "no failure"


def call(task):
    """One call, by a client of its own."""
    arguments = task.get("arguments", {})
    began = time.monotonic()
    outcome = {}
    try:
        with tsetsen.Client(**task["client"]) as client:
            if task["call"] == "stream_speech":
                value = stream(client, arguments, task.get("take"))
            elif task["call"] == "stream_twice":
                stream(client, arguments, None)
                value = stream(client, arguments, None)
            elif task["call"] == "stream_speech_to_file":
                value = stream_to_file(client, arguments)
            elif task["call"] == "stream_speech_to_failing_file":
                value = stream_to_failing_file(client, arguments)
            elif task["call"] == "generate_and_wait":
                value = plain(generate_and_wait(client, arguments, task["wait"]))
            elif task["call"] == "generate_and_download":
                done = generate_and_wait(client, arguments, task["wait"])
                # The SDK leaves this to the user.
                with urllib.request.urlopen(done.audio_url) as answer:
                    value = {"audio_url": done.audio_url, **plain(answer.read())}
            elif task["call"] == "generate_and_check":
                value = plain(client.check_status(client.generate_speech(**arguments).request_id))
            elif task["call"] == "default_endpoint":
                value = client.endpoint
            else:
                value = plain(getattr(client, task["call"])(**arguments))
        outcome["value"] = value
    except Exception as error:  # noqa: BLE001
        outcome["error"] = told(error)
    outcome["ms"] = round((time.monotonic() - began) * 1000)
    with lock:
        print(json.dumps({"id": task["id"], **outcome}), flush=True)


def main():
    # The one who started this decides when it ends, a Ctrl-C in a terminal does not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # It warns of its retries, which the tests expect.
    logging.getLogger("tsetsen").addHandler(logging.NullHandler())
    with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:
        for line in sys.stdin:
            pool.submit(call, json.loads(line))


main()
