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
import importlib.util
import json
import os
import re
import resource
import statistics
import sys
import time

LAYOUTS = {  # classes, frames, joints, persons, graph
    "nw-ucla": (10, 52, 20, 1, "graph.ucla.Graph"),
    "ntu": (60, 64, 25, 2, "graph.ntu_rgb_d.Graph"),
}

FAILED, USAGE, MEMORY = 1, 2, 7  # exit codes, as Kinema's (docs/cli.md)


class Parser(argparse.ArgumentParser):
    """Help of 80 columns; a mistake is one line and where the help is, as of `kinema`."""

    def __init__(self, **options):
        super().__init__(formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=22, width=80), **options)

    def error(self, message):
        name = os.path.basename(self.prog)
        sys.stderr.write(f"{name.removesuffix('.py')}: {message}\ntry '{self.prog} --help'\n")
        sys.exit(USAGE)


class Mistake(Exception):
    """Of whoever called: said in one line, and the exit code is that of wrong usage."""


def arguments():
    parser = Parser(prog="bench/pytorch_step.py", description=__doc__)
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
    if not module or not name:
        raise Mistake(f"--build takes MODULE:CALLABLE, not '{options.build}'")
    try:
        made_by = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
            raise  # of something that the program itself imports
        raise Mistake(f"--build {options.build}: {options.checkout} has no module {error.name}") from error
    if made_by is None:
        raise Mistake(f"--build {options.build}: the module {module} has no {name}")
    return made_by(**keywords)


def first(output):
    return output[0] if isinstance(output, (tuple, list)) else output


# Parts of the names of files and of their folders: Debian's OpenBLAS is openblas-pthread/libblas.so.3. Not of oneDNN, whose file may be libmkldnn.
TUNED = {"openblas": "OpenBLAS", "libmkl_": "MKL", "libblis": "BLIS", "blis-": "BLIS", "libnvpl": "NVPL"}
BUILT = {"mkl": "MKL", "open": "OpenBLAS", "accelerate": "Accelerate", "veclib": "Accelerate", "flame": "BLIS", "nvpl": "NVPL"}


def blas_of(built, files):
    """The library behind matrix products: as PyTorch says that it was built, else by the files that may hold it; null where neither is known."""
    info = re.search(r"BLAS_INFO=(\w+)", built)
    if info and info.group(1).lower() in BUILT:
        return BUILT[info.group(1).lower()]
    if "Math Kernel Library" in built:
        return "MKL"
    if not files:
        return None
    # numpy and scipy may bring an OpenBLAS for themselves.
    names = ["/".join(file.split("/")[-2:]) for file in files if "/numpy.libs/" not in file and "/scipy.libs/" not in file]
    return next((name for part, name in TUNED.items() if any(part in file for file in names)), "plain")


def blas(torch):
    return blas_of(torch.__config__.show(), product_files())


def product_files():
    """The file whose sgemm_ PyTorch calls, or all that are loaded where that is PyTorch's own or not to be told; none where there is no /proc."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = [line.rstrip("\n").split(None, 5) for line in maps]
    except OSError:
        return []
    loaded = [(*(int(end, 16) for end in cells[0].split("-")), cells[5]) for cells in loaded if len(cells) == 6 and ".so" in cells[5]]
    files = sorted({file for _, _, file in loaded})
    with contextlib.suppress(StopIteration, OSError, AttributeError):
        torch_library = next(file for file in files if os.path.basename(file).startswith("libtorch_cpu."))
        # A plain BLAS may serve the products while another file, LAPACK's say, brings in OpenBLAS: what counts is whose function is found first.
        address = ctypes.cast(ctypes.CDLL(torch_library).sgemm_, ctypes.c_void_p).value
        file = next(file for begin, end, file in loaded if begin <= address < end)
        if not os.path.basename(file).startswith("libtorch"):
            return [file]
    return files


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
    if importlib.util.find_spec("torch") is None:
        failed(f"{sys.executable} has no PyTorch: run this with a Python that has it", USAGE)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # whatever the program prints
            result = measure(options)
    except Mistake as error:
        failed(error, USAGE)
    except (MemoryError, RuntimeError) as error:  # torch's is a RuntimeError
        text = (str(error).splitlines() or ["no memory left"])[0]
        if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
            failed(f"out of memory: {text}; lower --batch", MEMORY)
        raise
    print(json.dumps(result))


def failed(why, code):
    print(f"pytorch_step: {why}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
