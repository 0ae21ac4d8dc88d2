"""Parsers of captions in Python: captions.py PARSER FILE prints JSON, [start, end, text] of each cue, times in milliseconds."""

import json
import sys


def by_pysrt(path):
    import pysrt

    return [(cue.start.ordinal, cue.end.ordinal, cue.text) for cue in pysrt.open(path)]


def by_webvtt(path):
    import webvtt

    def ms(stamp):
        hours, minutes, seconds = stamp.split(":")
        return round((int(hours) * 60 + int(minutes)) * 60_000 + float(seconds) * 1000)

    return [(ms(cue.start), ms(cue.end), cue.text) for cue in webvtt.read(path)]


print(json.dumps({"pysrt": by_pysrt, "webvtt-py": by_webvtt}[sys.argv[1]](sys.argv[2])))
