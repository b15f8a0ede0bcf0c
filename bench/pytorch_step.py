#!/usr/bin/env python3
"""Times the authors' CTR-GCN in PyTorch on random clips: the other side of bench/compare.

The reference is not in this repository: give the path of a checkout. One JSON line on stdout.
  pytorch_step.py --checkout CTR-GCN train|infer [--steps 20] [--batch 16] [--threads CORES]
"""
import argparse
import importlib
import json
import os
import resource
import statistics
import sys
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("mode", choices=["train", "infer"])
parser.add_argument("--checkout", required=True)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--layout", choices=["nw-ucla", "ntu"], default="nw-ucla")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(1)
sys.path.insert(0, options.checkout)
shape = {"nw-ucla": (10, 52, 20, 1, "graph.ucla.Graph"), "ntu": (60, 64, 25, 2, "graph.ntu_rgb_d.Graph")}[options.layout]
classes, frames, joints, persons, graph = shape
model = importlib.import_module("model.ctrgcn").Model(
    num_class=classes, num_point=joints, num_person=persons, graph=graph, graph_args={"labeling_mode": "spatial"})
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
criterion = torch.nn.CrossEntropyLoss()


def step():
    clips = torch.randn(options.batch, 3, frames, joints, persons)
    if options.mode == "infer":
        model.eval()
        with torch.no_grad():
            return model(clips)
    loss = criterion(model(clips), torch.arange(options.batch) % classes)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


times = []
for number in range(3 + options.steps):
    begin = time.perf_counter()
    step()
    if number >= 3:
        times.append(1000 * (time.perf_counter() - begin))
print(json.dumps({
    "mode": options.mode, "batch": options.batch, "threads": torch.get_num_threads(), "torch": torch.__version__,
    "median_ms": round(statistics.median(times), 1), "min_ms": round(min(times), 1),
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "ms": [round(value, 1) for value in times],
}))
