"""Prints as JSON what TensorBoard's own reader makes of a folder of event files."""

import json
import sys

from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.util import tensor_util

events = plugin_event_accumulator.EventAccumulator(sys.argv[1], size_guidance={"tensors": 0})
events.Reload()
seen = {"scalars": {}, "histograms": {}, "text": {}}
for tag in events.Tags()["tensors"]:
    plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
    steps = seen[plugin].setdefault(tag, [])
    for event in events.Tensors(tag):
        value = tensor_util.make_ndarray(event.tensor_proto)
        if plugin == "scalars":
            steps.append([event.step, str(float(value))])
        elif plugin == "text":
            steps.append([event.step, value[0].decode("utf-8")])
        else:
            steps.append([event.step, value.tolist()])
json.dump(seen, sys.stdout)
