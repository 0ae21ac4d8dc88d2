"""The service as grpcio serves it, from the project's .proto: it does what it is told to, and tells what it saw.

It serves gRPC with TLS, and a control server by plain HTTP, both on loopback. Each test has an API key
of its own, by which the control server finds its scripts and its calls. The first line of output is JSON with the
ports. It ends when its standard input does, so that it never outlives who started it.
"""

import argparse
import base64
import collections
import concurrent.futures
import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse

import grpc
from google.protobuf import duration_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

parser = argparse.ArgumentParser()
parser.add_argument("--generated", required=True, help="the folder with what grpcio-tools generated")
parser.add_argument("--cert", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--port", type=int, default=0, help="the port with TLS")
arguments = parser.parse_args()
sys.path.insert(0, arguments.generated)

import tsetsen_tts_pb2 as pb2  # noqa: E402
import tsetsen_tts_pb2_grpc as pb2_grpc  # noqa: E402

# The largest request that is taken, and the largest answer that is sent: far less than grpcio's own 4 MiB and no limit.
MAX_REQUEST, MAX_ANSWER = 64 * 1024, 8 * 1024 * 1024
# No script holds a call longer, in seconds.
PATIENCE = 30
# Audio is this, again and again: the tests compute the same. The length is a prime.
PATTERN = bytes((i * 7 + (i >> 8)) & 255 for i in range(65_521))

lock = threading.Lock()
scripts = collections.defaultdict(collections.deque)
calls = collections.defaultdict(list)
downloads = collections.defaultdict(list)
releases = collections.defaultdict(threading.Event)


class Call:
    """One call: what was seen of it, and the script that it follows."""

    def __init__(self, method, request, context):
        metadata = list(context.invocation_metadata())
        self.key = dict(metadata).get("x-api-key", "")
        self.context = context
        self.gone = threading.Event()
        left = context.time_remaining()
        self.seen = {
            "method": method,
            "message": MessageToDict(request),
            "metadata": {name: [v for n, v in metadata if n == name] for name, _ in metadata},
            # None without a deadline; grpcio then says None or a time that no test can wait for.
            "timeLeft": None if left is None or left > 1e9 else round(left * 1000),
            "end": None,
            "sent": 0,
        }
        with lock:
            queue = scripts[self.key, method]
            self.script = queue.popleft() if queue else {}
            calls[self.key].append(self.seen)
        if not context.add_callback(self.on_end):
            self.on_end()

    def on_end(self):
        if self.seen["end"] is None:
            self.seen["end"] = "left"
        self.gone.set()

    def done(self):
        if self.seen["end"] is None:
            self.seen["end"] = "done"

    def prepare(self):
        """What comes before the answer."""
        script = self.script
        if script.get("compress"):
            self.context.set_compression(grpc.Compression.Gzip)
        if "initial" in script:
            self.context.send_initial_metadata(pairs(script["initial"]))
        if "delay" in script:
            self.gone.wait(script["delay"] / 1000)
        if script.get("hang") and "after" not in script:
            self.gone.wait(PATIENCE)

    def finish(self):
        """Ends the call as the script says, if it says so."""
        script, context = self.script, self.context
        trailers = pairs(script.get("trailers", []))
        if script.get("throw"):
            self.done()
            raise RuntimeError(script["throw"])
        if "code" not in script:
            context.set_trailing_metadata(trailers)
            return
        code, message = grpc.StatusCode[script["code"]], script.get("message", "")
        if "details" in script:
            status = status_pb2.Status(code=code.value[0], message=message)
            for detail in script["details"]:
                status.details.add().Pack(detail_of(detail))
            trailers += rpc_status.to_status(status).trailing_metadata
        context.set_trailing_metadata(trailers)
        self.done()
        context.abort(code, message)


def pairs(fields):
    return tuple((n, base64.b64decode(v) if n.endswith("-bin") else v) for n, v in fields)


def detail_of(detail):
    if "retryAfter" in detail:
        ms = detail["retryAfter"]
        delay = duration_pb2.Duration(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)
        return error_details_pb2.RetryInfo(retry_delay=delay)
    return ParseDict(detail["errorInfo"], error_details_pb2.ErrorInfo())


def audio(start, end):
    first = start // len(PATTERN)
    block = PATTERN * (end // len(PATTERN) - first + 1)
    return block[start - first * len(PATTERN) : end - first * len(PATTERN)]


class Service(pb2_grpc.TsetsenTTSServicer):
    """The service that the .proto describes."""

    def __init__(self, audio_url):
        self.audio_url = audio_url

    def unary(self, method, request, context, answer):
        call = Call(method, request, context)
        call.prepare()
        call.finish()
        given = call.script.get("answer")
        message = answer if given is None else ParseDict(given, type(answer)())
        # Fields that the .proto does not have: protobuf keeps and sends them.
        message.MergeFromString(bytes.fromhex(call.script.get("extra", "")))
        call.done()
        return message

    def ListVoices(self, request, context):
        voice = pb2.Voice(id="bold", name="Болд", gender=pb2.Voice.MALE, language="mn")
        return self.unary("ListVoices", request, context, pb2.ListVoicesResponse(voices=[voice]))

    def GenerateSpeech(self, request, context):
        answer = pb2.GenerateSpeechResponse(request_id="job-1", status=pb2.GenerateSpeechResponse.PENDING)
        return self.unary("GenerateSpeech", request, context, answer)

    def CheckStatus(self, request, context):
        answer = pb2.CheckStatusResponse(
            request_id=request.request_id,
            status=pb2.CheckStatusResponse.COMPLETED,
            audio_url=f"{self.audio_url}?key={request.api_key}",
            metrics=pb2.CheckStatusResponse.Metrics(queue_time=12, total_time=345, audio_length=0.417, credits_used=7),
        )
        return self.unary("CheckStatus", request, context, answer)

    def GetUserBalance(self, request, context):
        return self.unary("GetUserBalance", request, context, pb2.GetUserBalanceResponse(credits=1234))

    def StreamSpeech(self, request, context):
        call = Call("StreamSpeech", request, context)
        script = call.script
        call.prepare()
        sizes = script.get("chunks", [4800] * 5)
        for index in range(len(sizes) + 1):
            if script.get("after", len(sizes)) == index:
                if script.get("hold"):
                    releases[call.key].wait(PATIENCE)
                if script.get("hang"):
                    call.gone.wait(PATIENCE)
                call.finish()
            if index == len(sizes) or call.gone.is_set():
                break
            start = sum(sizes[:index])
            final = index == len(sizes) - 1 and not script.get("neverFinal")
            call.seen["sent"] = index + 1
            yield pb2.StreamSpeechResponse(audio_chunk=audio(start, start + sizes[index]), is_final=final)
        if not call.gone.is_set():
            call.done()


class Frail:
    """Another server like this one, on a port of its own, that can be killed."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self.process = None

    def start(self):
        self.kill()
        command = [sys.executable, __file__, "--port", str(self.port)]
        for name in ("generated", "cert", "key"):
            command += [f"--{name}", getattr(arguments, name)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return json.loads(self.process.stdout.readline())

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
        return {}


class Control(http.server.BaseHTTPRequestHandler):
    """The tests' way to the service: what it shall do, and what it saw."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second would wait for the first one's acknowledgement.
    disable_nagle_algorithm = True

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path
        if path == "/script":
            with lock:
                scripts[body["key"], body["method"]].extend([body["script"]] * body.get("times", 1))
            return self.answer({})
        if path == "/release":
            releases[body["key"]].set()
            return self.answer({})
        if path == "/frail/start":
            return self.answer(self.server.frail[body["lane"]].start())
        if path == "/frail/kill":
            return self.answer(self.server.frail[body["lane"]].kill())
        return self.send_error(404)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        key = urllib.parse.parse_qs(url.query).get("key", [""])[0]
        if url.path == "/calls":
            with lock:
                return self.answer({"calls": calls[key], "downloads": downloads[key]})
        if url.path == "/audio":
            downloads[key].append({name.lower(): value for name, value in self.headers.items()})
            return self.answer(b"RIFF" + audio(0, 20_000), "audio/wav")
        return self.send_error(404)

    def answer(self, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.send_header("access-control-allow-origin", "*")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class ControlServer(http.server.ThreadingHTTPServer):
    """Takes many connections at once, and says nothing of those that are gone."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    # The one who started this decides when it ends, a Ctrl-C in a terminal does not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = ControlServer(("127.0.0.1", 0), Control)
    # One for each lane: hosts run beside each other, and one must not kill the other's.
    control.frail = [Frail(), Frail()]
    url = f"http://127.0.0.1:{control.server_port}"
    options = [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", MAX_REQUEST),
        ("grpc.max_send_message_length", MAX_ANSWER),
    ]
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=128), options=options)
    pb2_grpc.add_TsetsenTTSServicer_to_server(Service(f"{url}/audio"), server)
    with open(arguments.key, "rb") as key, open(arguments.cert, "rb") as cert:
        credentials = grpc.ssl_server_credentials([(key.read(), cert.read())])
    tls = server.add_secure_port(f"127.0.0.1:{arguments.port}", credentials)
    server.start()
    threading.Thread(target=control.serve_forever, daemon=True).start()
    print(json.dumps({"control": url, "tls": tls, "frail": [frail.port for frail in control.frail]}), flush=True)
    sys.stdin.read()
    for frail in control.frail:
        frail.kill()
    server.stop(None)


main()
