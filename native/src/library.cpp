// Versions, messages, and the C strings of the border.
#include "bridge.h"

#include <ATen/Config.h>
#include <ATen/Version.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>

namespace kinema {

static thread_local std::string last_error;

kt_status fail(kt_status status, const char* message) noexcept {
    try {
        last_error = message;
    } catch (...) {
        last_error.clear(); // no memory for the message: the status alone must do
    }
    return status;
}

void copy_text(const std::string& from, char* text, int64_t capacity) {
    if (text == nullptr || capacity <= 0) return;
    const auto length = std::min<int64_t>(static_cast<int64_t>(from.size()), capacity - 1);
    std::memcpy(text, from.data(), static_cast<size_t>(length));
    text[length] = 0;
}

std::vector<at::Tensor> list(const kt_tensor* tensors, int32_t count) {
    std::vector<at::Tensor> result;
    result.reserve(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; i++) result.push_back(tensors[i] == nullptr ? at::Tensor() : tensors[i]->value);
    return result;
}

} // namespace kinema

using namespace kinema;

int32_t kt_abi(void) { return KT_ABI; }

kt_status kt_torch_version(char* text, int64_t capacity) {
    return guard([&] { copy_text(TORCH_VERSION, text, capacity); });
}

kt_status kt_torch_config(char* text, int64_t capacity) {
    return guard([&] { copy_text(at::show_config() + "\n" + at::get_parallel_info(), text, capacity); });
}

int64_t kt_last_error(char* text, int64_t capacity) {
    try {
        copy_text(last_error, text, capacity);
        return static_cast<int64_t>(last_error.size());
    } catch (...) {
        return 0;
    }
}
