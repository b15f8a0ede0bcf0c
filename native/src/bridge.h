// What the topics of the bridge share: handles, status and message.
#pragma once
#include "kinema_torch.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

struct kt_tensor_s {
    at::Tensor value;
};

struct kt_generator_s {
    at::Generator value;
};

namespace kinema {

kt_status fail(kt_status status, const char* message) noexcept;

kt_tensor own(at::Tensor value); // a counted handle; undefined tensors become null

// A managed callback failed: the exception itself waits on the managed side.
struct managed_failure : std::runtime_error {
    explicit managed_failure(int32_t number) : std::runtime_error(std::to_string(number)) {}
};

struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class Body>
kt_status guard(Body&& body) noexcept {
    try {
        body();
        return KT_OK;
    } catch (const managed_failure& e) {
        return fail(KT_MANAGED, e.what());
    } catch (const usage_error& e) {
        return fail(KT_USAGE, e.what());
    } catch (const c10::Error& e) {
        return fail(KT_TORCH, e.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        return fail(KT_MEMORY, "out of memory");
    } catch (const std::exception& e) {
        return fail(KT_NATIVE, e.what());
    } catch (...) {
        return fail(KT_NATIVE, "a native exception that carries no message");
    }
}

inline const at::Tensor& ref(kt_tensor tensor) {
    if (tensor == nullptr) throw usage_error("a tensor handle is null");
    return tensor->value;
}

std::vector<at::Tensor> list(const kt_tensor* tensors, int32_t count); // null handles become undefined tensors
void copy_text(const std::string& from, char* text, int64_t capacity);

} // namespace kinema
