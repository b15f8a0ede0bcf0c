#!/usr/bin/env python3
"""Times a network of somebody's PyTorch program on made-up clips: the other side of bench/compare. One JSON line on stdout.

The program is not in this repository: give the path of a checkout, and how to build its network unless it is the authors' CTR-GCN:
  pytorch_step.py train --checkout CTR-GCN
  pytorch_step.py infer --checkout 2s-AGCN --build model.agcn:Model --kwargs '{"num_class": 10, "num_point": 20, ...}'

The checkout stays as it is; what old programs miss in new libraries is put in place here.
"""
import argparse
import contextlib
import ctypes
import importlib
import json
import os
import resource
import statistics
import sys
import time

LAYOUTS = {  # classes, frames, joints, persons, graph
    "nw-ucla": (10, 52, 20, 1, "graph.ucla.Graph"),
    "ntu": (60, 64, 25, 2, "graph.ntu_rgb_d.Graph"),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["train", "infer", "latency"], help="latency is inference of one clip")
    parser.add_argument("--checkout", required=True, help="folder that goes to the front of Python's path")
    parser.add_argument("--build", default="model.ctrgcn:Model", help="MODULE:CALLABLE that makes the network (default: %(default)s)")
    parser.add_argument("--kwargs", help="its keyword arguments as a JSON object (default: those of CTR-GCN for the layout)")
    parser.add_argument("--layout", choices=list(LAYOUTS), default="nw-ucla")
    parser.add_argument("--frames", type=int, help="default: the layout's")
    parser.add_argument("--persons", type=int, help="default: the layout's")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32", help="bf16: under torch.autocast")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    options = parser.parse_args()
    _, frames, _, persons, _ = LAYOUTS[options.layout]
    options.frames, options.persons = options.frames or frames, options.persons or persons
    return options


def mend_numpy():
    """Names that numpy dropped in 1.24 and 2.0, and programs of this field still use."""
    import numpy
    gone = {"int": int, "float": float, "bool": bool, "object": object, "str": str, "float_": numpy.float64, "Inf": numpy.inf}
    for name, value in gone.items():
        if name not in numpy.__dict__:
            setattr(numpy, name, value)


def build(options):
    sys.path.insert(0, os.path.abspath(options.checkout))
    classes, _, joints, _, graph = LAYOUTS[options.layout]
    if options.kwargs is None:
        keywords = {"num_class": classes, "num_point": joints, "num_person": options.persons, "graph": graph, "graph_args": {"labeling_mode": "spatial"}}
    else:
        keywords = json.loads(options.kwargs)
    if isinstance(keywords.get("graph"), str) and "." in keywords["graph"]:
        importlib.import_module(keywords["graph"].rpartition(".")[0])  # these programs look it up as an attribute of its package
    module, _, name = options.build.partition(":")
    return getattr(importlib.import_module(module), name)(**keywords)


def first(output):
    return output[0] if isinstance(output, (tuple, list)) else output


def blas(torch):
    """The library behind this PyTorch's matrix products: named where it is a tuned one, else plain; null where the system does not tell."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = {os.path.basename(line.split()[-1]) for line in maps if ".so" in line}
    except OSError:
        return None
    names = {"libopenblas": "OpenBLAS", "libmkl": "MKL", "libblis": "BLIS", "libnvpl": "NVPL"}
    built = torch.__config__.show()
    return (next((name for part, name in names.items() if any(part in file for file in loaded)), None)
            or ("MKL" if "BLAS_INFO=mkl" in built or "Math Kernel Library" in built else "OpenBLAS" if "BLAS_INFO=open" in built else "plain"))


def gflops(torch, device):
    """Of a product of 1024 x 1024, the best of a few: what the ratios are held against."""
    a, best = torch.ones(1024, 1024, device=device), float("inf")
    for _ in range(6):
        begin = time.perf_counter()
        torch.mm(a, a)
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - begin)
    return round(2e-9 * 1024**3 / best, 1)


class Peak:
    """The largest resident memory since reset, where Linux keeps that mark and lets it be set back, else of the whole process; on CUDA PyTorch's own count."""

    def __init__(self, torch, device):
        self.cuda = torch.cuda if device == "cuda" else None
        self.of_step = True

    def reset(self):
        if self.cuda:
            self.cuda.reset_peak_memory_stats()
            return
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
        try:
            with open("/proc/self/clear_refs", "w") as mark:
                mark.write("5")
        except OSError:
            self.of_step = False

    def read(self):
        if self.cuda:
            return self.cuda.max_memory_allocated()
        with contextlib.suppress(OSError, StopIteration), open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
        self.of_step = False
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(options):
    mend_numpy()
    import torch

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    # Single precision on both sides: by default PyTorch rounds the inputs of CUDA's convolutions to ten bits.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    classes, _, joints, _, _ = LAYOUTS[options.layout]
    batch = 1 if options.mode == "latency" else options.batch
    model = build(options).to(options.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    criterion = torch.nn.CrossEntropyLoss()
    clips = torch.randn(batch, 3, options.frames, joints, options.persons).to(options.device)
    labels = (torch.arange(batch) % classes).to(options.device)
    model.train(options.mode == "train")

    def cast():
        return torch.autocast(options.device, dtype=torch.bfloat16) if options.dtype == "bf16" else contextlib.nullcontext()

    def step():
        if options.mode == "train":
            with cast():
                logits = first(model(clips))
            loss = criterion(logits.float(), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        else:
            with torch.inference_mode(), cast():
                model(clips)
        if options.device == "cuda":
            torch.cuda.synchronize()

    for _ in range(options.warmup):
        step()
    peak = Peak(torch, options.device)
    peak.reset()
    step()
    times = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - begin))
    most = peak.read()
    return {
        "mode": options.mode, "layout": options.layout, "frames": options.frames, "persons": options.persons, "batch": batch,
        "threads": torch.get_num_threads(), "torch": torch.__version__, "dtype": options.dtype, "device": options.device,
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "median_ms": round(statistics.median(times), 3), "least_ms": round(min(times), 3),
        "blas": blas(torch), "onednn": torch.backends.mkldnn.is_available(), "gflops": gflops(torch, options.device),
        "peak_bytes": most, "peak_of_step": peak.of_step, "ms": [round(value, 3) for value in times],
    }


def main():
    options = arguments()
    with contextlib.redirect_stdout(sys.stderr):  # whatever the program prints
        result = measure(options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
