"""The service behind each gRPC-Web server of Python: server.py NAME GENERATED listens on loopback, and prints its port.

NAME is sonora-wsgi, sonora-asgi or connect-python; GENERATED is the folder with what grpcio-tools generated. A call does what its
header x-script says, "name=value;name=value" with percent-encoded values, and the server prints a line of JSON when it begins and
when it ends.
"""

import asyncio
import json
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, sys.argv[2])

import tsetsen_tts_pb2 as pb2  # noqa: E402

# No script holds a call longer, in seconds.
PATIENCE = 12
SERVICE = "tsetsen.api.v1.TsetsenTTS"
lock = threading.Lock()


def tell(**values):
    with lock:
        print(json.dumps(values), flush=True)


class Script(dict):
    """What a call does."""

    def __init__(self, method, key, headers, left):
        pairs = (pair.partition("=") for pair in headers.get("x-script", "").split(";"))
        super().__init__((name, urllib.parse.unquote(value)) for name, _, value in pairs)
        self.how, self.sent = "left", 0
        seen = [headers.get(name, "") for name in ("x-api-key", "x-goog-api-key", "x-user-agent")]
        tell(id=self.get("id", ""), event="begin", method=method, key=key, left=left, headers=seen)

    def number(self, name, otherwise=0):
        return int(self.get(name, otherwise))

    def end(self):
        tell(id=self.get("id", ""), event="end", how=self.how, sent=self.sent)

    def chunks(self):
        """What comes next, each with the seconds to wait before: a chunk, or the end with a failure's code, or 0."""
        count = self.number("chunks", 5)
        for index in range(count + 1):
            if index == self.number("after", count):
                if "hang" in self:
                    yield PATIENCE, None
                if self.number("code"):
                    return
            if index < count:
                length = self.number("bytes", 4800)
                audio = bytes((index * length + at) * 7 & 255 for at in range(length))
                self.sent = index + 1
                yield self.number("interval") / 1000 if index else 0, pb2.StreamSpeechResponse(
                    audio_chunk=audio, is_final=index == count - 1
                )


ANSWERS = {
    "ListVoices": pb2.ListVoicesResponse(
        voices=[pb2.Voice(id="bold", name="Болд", gender=pb2.Voice.MALE, language="mn")]
    ),
    "GenerateSpeech": pb2.GenerateSpeechResponse(request_id="job-1", status=pb2.GenerateSpeechResponse.PENDING),
    "GetUserBalance": pb2.GetUserBalanceResponse(credits=1234),
}


def remaining(context):
    left = context.time_remaining()
    return None if left is None or left > 1e9 else round(left * 1000)


def fail(script, context):
    import grpc

    code = next(code for code in grpc.StatusCode if code.value[0] == script.number("code"))
    script.how = "done"
    context.set_trailing_metadata((("x-trace", "abc"),))
    return context.abort(code, script.get("message", ""))


def sonora_sync():
    import tsetsen_tts_pb2_grpc as pb2_grpc
    from sonora.wsgi import grpcWSGI

    def unary(method):
        def call(_, request, context):
            script = Script(method, request.api_key, dict(context.invocation_metadata()), remaining(context))
            try:
                if "hang" in script:
                    time.sleep(PATIENCE)
                if script.number("code"):
                    fail(script, context)
                script.how = "done"
                return ANSWERS[method]
            finally:
                script.end()

        return call

    def stream(_, request, context):
        script = Script("StreamSpeech", request.api_key, dict(context.invocation_metadata()), remaining(context))
        try:
            for seconds, message in script.chunks():
                time.sleep(seconds)
                if message is not None:
                    yield message
            if script.number("code"):
                fail(script, context)
            script.how = "done"
        finally:
            script.end()

    methods = {name: unary(name) for name in ANSWERS}
    servicer = type("Servicer", (pb2_grpc.TsetsenTTSServicer,), {**methods, "StreamSpeech": stream})()
    application = grpcWSGI(None)
    pb2_grpc.add_TsetsenTTSServicer_to_server(servicer, application)
    return application


def sonora_async():
    import tsetsen_tts_pb2_grpc as pb2_grpc
    from sonora.asgi import grpcASGI

    def unary(method):
        async def call(_, request, context):
            script = Script(method, request.api_key, dict(context.invocation_metadata()), remaining(context))
            try:
                if "hang" in script:
                    await asyncio.sleep(PATIENCE)
                if script.number("code"):
                    await fail(script, context)
                script.how = "done"
                return ANSWERS[method]
            finally:
                script.end()

        return call

    async def stream(_, request, context):
        script = Script("StreamSpeech", request.api_key, dict(context.invocation_metadata()), remaining(context))
        try:
            for seconds, message in script.chunks():
                await asyncio.sleep(seconds)
                if message is not None:
                    yield message
            if script.number("code"):
                await fail(script, context)
            script.how = "done"
        finally:
            script.end()

    methods = {name: unary(name) for name in ANSWERS}
    servicer = type("Servicer", (pb2_grpc.TsetsenTTSServicer,), {**methods, "StreamSpeech": stream})()
    application = grpcASGI(None)
    pb2_grpc.add_TsetsenTTSServicer_to_server(servicer, application)
    return application


def connect():
    from connectrpc.code import Code
    from connectrpc.compat import google_protobuf_codecs
    from connectrpc.errors import ConnectError
    from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
    from connectrpc.server import ConnectASGIApplication, Endpoint

    def fail_connect(script, context):
        script.how = "done"
        context.response_trailers["x-trace"] = "abc"
        names = "CANCELED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED"
        names += " FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED"
        raise ConnectError(Code[names.split()[script.number("code") - 1]], script.get("message", ""))

    def open_script(method, request, context):
        left = context.timeout_ms
        return Script(method, request.api_key, dict(context.request_headers.items()), None if left is None else round(left))

    def unary(method):
        async def call(request, context):
            script = open_script(method, request, context)
            try:
                if "hang" in script:
                    await asyncio.sleep(PATIENCE)
                if script.number("code"):
                    fail_connect(script, context)
                script.how = "done"
                return ANSWERS[method]
            finally:
                script.end()

        return call

    async def stream(request, context):
        script = open_script("StreamSpeech", request, context)
        try:
            for seconds, message in script.chunks():
                await asyncio.sleep(seconds)
                if message is not None:
                    yield message
            if script.number("code"):
                fail_connect(script, context)
            script.how = "done"
        finally:
            script.end()

    def info(name):
        inputs = getattr(pb2, f"{name}Request")
        kind = StreamType.SERVER_STREAM if name == "StreamSpeech" else StreamType.UNARY
        return MethodInfo(
            name=name,
            service_name=SERVICE,
            input=inputs,
            output=getattr(pb2, f"{name}Response"),
            idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=kind,
        )

    def endpoints(_):
        found = {f"/{SERVICE}/{name}": Endpoint.unary(info(name), unary(name)) for name in ANSWERS}
        return {**found, f"/{SERVICE}/StreamSpeech": Endpoint.server_stream(info("StreamSpeech"), stream)}

    class Application(ConnectASGIApplication):
        @property
        def path(self):
            return f"/{SERVICE}"

    return Application(service=object(), endpoints=endpoints, codecs=google_protobuf_codecs())


def main():
    taken = socket.create_server(("127.0.0.1", 0))
    tell(port=taken.getsockname()[1])
    if sys.argv[1] == "sonora-wsgi":
        import waitress

        waitress.serve(sonora_sync(), sockets=[taken], threads=64, _quiet=True)
        return
    import uvicorn

    application = {"sonora-asgi": sonora_async, "connect-python": connect}[sys.argv[1]]()
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off"))
    server.run(sockets=[taken])


main()
