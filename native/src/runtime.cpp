// Autocast, random numbers, threads, CUDA: the state of the process and of the thread.
#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <atomic>
#include <mutex>

using namespace kinema;

// 2.4 gave the device its place in autocast's names and kept the old ones for a while only.
#define KT_TORCH_AT_LEAST(major, minor) \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

kt_status kt_autocast(int32_t device_type, int32_t enabled, int32_t dtype, int32_t* was_enabled, int32_t* was_dtype) {
    return guard([&] {
        const auto device = static_cast<c10::DeviceType>(device_type);
        const auto type = static_cast<at::ScalarType>(dtype);
        at::ScalarType before;
#if KT_TORCH_AT_LEAST(2, 4)
        *was_enabled = at::autocast::is_autocast_enabled(device) ? 1 : 0;
        before = at::autocast::get_autocast_dtype(device);
        at::autocast::set_autocast_enabled(device, enabled != 0);
        at::autocast::set_autocast_dtype(device, type);
#else
        if (device == c10::DeviceType::CPU) {
            *was_enabled = at::autocast::is_cpu_enabled() ? 1 : 0;
            before = at::autocast::get_autocast_cpu_dtype();
            at::autocast::set_cpu_enabled(enabled != 0);
            at::autocast::set_autocast_cpu_dtype(type);
        } else {
            *was_enabled = at::autocast::is_enabled() ? 1 : 0;
            before = at::autocast::get_autocast_gpu_dtype();
            at::autocast::set_enabled(enabled != 0);
            at::autocast::set_autocast_gpu_dtype(type);
        }
#endif
        *was_dtype = static_cast<int32_t>(before);
        // Casts of weights must not outlive the step that made them, and the cache does not tell one type from another.
        if (enabled == 0 || before != type) at::autocast::clear_cache();
    });
}

kt_status kt_generator_new(uint64_t seed, kt_generator* out) {
    return guard([&] { *out = new kt_generator_s{at::detail::createCPUGenerator(seed)}; });
}

void kt_generator_free(kt_generator generator) { delete generator; }

kt_status kt_generator_seed(kt_generator generator, uint64_t seed) {
    return guard([&] {
        std::lock_guard<std::mutex> lock(generator->value.mutex());
        generator->value.set_current_seed(seed);
    });
}

static at::Generator chosen(kt_generator generator) {
    return generator == nullptr ? at::detail::getDefaultCPUGenerator() : generator->value;
}

kt_status kt_generator_state(kt_generator generator, kt_tensor* out) {
    return guard([&] {
        auto from = chosen(generator);
        std::lock_guard<std::mutex> lock(from.mutex());
        *out = own(from.get_state());
    });
}

kt_status kt_generator_set_state(kt_generator generator, kt_tensor state) {
    return guard([&] {
        auto to = chosen(generator);
        std::lock_guard<std::mutex> lock(to.mutex());
        to.set_state(ref(state));
    });
}

int32_t kt_threads(void) { return at::get_num_threads(); }

kt_status kt_set_threads(int32_t count) {
    return guard([&] {
        at::set_num_threads(count);
        // An OpenBLAS with threads of its own, as Debian's is, hears nothing of libtorch's.
        using set_threads = void (*)(int);
        static const auto openblas = reinterpret_cast<set_threads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
        if (openblas != nullptr) openblas(count);
    });
}

kt_status kt_parallel_for(int64_t begin, int64_t end, int64_t grain, kt_range_callback body, void* state) {
    return guard([&] {
        std::atomic<bool> failed{false};
        at::parallel_for(begin, end, grain, [&](int64_t from, int64_t to) {
            if (body(state, from, to) != 0) failed = true;
        });
        if (failed) throw managed_failure(1);
    });
}

int32_t kt_cuda_built(void) { return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA) ? 1 : 0; }

int32_t kt_cuda_devices(void) {
    try {
        return at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0;
    } catch (...) {
        return 0; // a driver that does not answer is no device
    }
}

kt_status kt_cuda_synchronize(int32_t device) {
    return guard([&] {
        const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA); // says so itself when there is no CUDA
        const auto stream = cuda.getStream(c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(device)));
        stream.synchronize();
    });
}

kt_status kt_cuda_allow_tf32(int32_t allowed) {
    return guard([&] {
        // Both by the names that every version has: 2.9 and newer throw when old and new names are mixed.
        at::globalContext().setAllowTF32CuBLAS(allowed != 0);
        at::globalContext().setAllowTF32CuDNN(allowed != 0); // libtorch's own default is true
    });
}
