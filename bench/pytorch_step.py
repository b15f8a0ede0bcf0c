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


def imported(module, otherwise):
    """A module of the program, or a mistake in these words, {} being what was not found."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
            raise  # of something that the program itself imports
        raise Mistake(otherwise.replace("{}", error.name)) from error


def build(options):
    sys.path.insert(0, os.path.abspath(options.checkout))
    classes, _, joints, _, graph = LAYOUTS[options.layout]
    if options.kwargs is None:
        keywords = {"num_class": classes, "num_point": joints, "num_person": options.persons, "graph": graph, "graph_args": {"labeling_mode": "spatial"}}
    else:
        keywords = json.loads(options.kwargs)
    if isinstance(keywords.get("graph"), str) and "." in keywords["graph"]:
        graph = keywords["graph"].rpartition(".")[0]  # these programs look it up as an attribute of its package
        imported(graph, f"{options.checkout} has no module {graph}: name a checkout of CTR-GCN, or what builds another program with --kwargs")
    module, _, name = options.build.partition(":")
    if not module or not name:
        raise Mistake(f"--build takes MODULE:CALLABLE, not '{options.build}'")
    made_by = getattr(imported(module, f"--build {options.build}: {options.checkout} has no module {{}}"), name, None)
    if made_by is None:
        raise Mistake(f"--build {options.build}: the module {module} has no {name}")
    return made_by(**keywords)


def first(output):
    return output[0] if isinstance(output, (tuple, list)) else output


# The same as kinema doctor's (src/Kinema.Cli/Doctor/Acceleration.cs), and the same cases test both.
# Parts of the names of files and of their folders: Debian's OpenBLAS is openblas-pthread/libblas.so.3. Not of oneDNN, whose file may be libmkldnn.
TUNED = {"openblas": "OpenBLAS", "libmkl_": "MKL", "libblis": "BLIS", "blis-": "BLIS", "libnvpl": "NVPL"}
BUILT = {"mkl": "MKL", "open": "OpenBLAS", "accelerate": "Accelerate", "veclib": "Accelerate", "flame": "BLIS", "nvpl": "NVPL"}
ENOUGH = 5  # GFLOP/s a thread: a BLAS without vector code stays below, a tuned one is well above


def blas_of(built, library, speed, threads):
    """The library behind matrix products: its name, the file of a fast one that has none, "plain", or null where it is fast and not known."""
    info = built.lower()
    name = "MKL" if "math kernel library" in info else next((name for part, name in BUILT.items() if f"blas_info={part}" in info), None)
    within = library is None or os.path.basename(library).startswith("libtorch")
    # MKL is built in, the others are found when PyTorch is loaded, and another may have come in the way.
    if name != "MKL" and not within:
        file = "/".join(library.split("/")[-2:]).lower()
        name = next((name for part, name in TUNED.items() if part in file), None)
    if name is None and speed < ENOUGH * threads:
        return "plain"
    return name or (None if within else library)


def product_file():
    """The file whose sgemm_ PyTorch calls; none where no file offers one, or the system does not tell.

    That a BLAS is loaded says nothing: a plain one may serve the products while another file, LAPACK's or numpy's say, brings in OpenBLAS.
    """
    try:
        with open("/proc/self/maps") as maps:
            lines = [line.rstrip("\n").split(None, 5) for line in maps]
    except OSError:
        return None
    loaded = [(*(int(end, 16) for end in cells[0].split("-")), cells[5]) for cells in lines if len(cells) == 6]
    torch_library = next((file for _, _, file in loaded if os.path.basename(file).startswith("libtorch_cpu.")), None)
    for library in (None, torch_library):  # as the loader searches: in the program first
        with contextlib.suppress(OSError, AttributeError):
            address = ctypes.cast(ctypes.CDLL(library).sgemm_, ctypes.c_void_p).value
            return next((file for begin, end, file in loaded if begin <= address < end), None)
    return None


def has_torch():
    """A folder of that name on the path is found too, without a file that it comes from."""
    return getattr(importlib.util.find_spec("torch"), "origin", None) is not None


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
    speed = gflops(torch, options.device)
    on_processor = speed if options.device == "cpu" else gflops(torch, "cpu")
    return {
        "mode": options.mode, "layout": options.layout, "frames": options.frames, "persons": options.persons, "batch": batch,
        "threads": torch.get_num_threads(), "torch": torch.__version__, "dtype": options.dtype, "device": options.device,
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "median_ms": round(statistics.median(times), 3), "least_ms": round(min(times), 3),
        "blas": blas_of(torch.__config__.show(), product_file(), on_processor, torch.get_num_threads()),
        "onednn": torch.backends.mkldnn.is_available(), "gflops": speed,
        "peak_bytes": most, "peak_of_step": peak.of_step, "ms": [round(value, 3) for value in times],
    }


def main():
    options = arguments()
    if not has_torch():
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
