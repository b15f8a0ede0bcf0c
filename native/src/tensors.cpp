// Handles, their count, and what a tensor is made of.
#include "bridge.h"

#include <atomic>

using namespace kinema;

static std::atomic<int64_t> live{0};

kt_tensor kinema::own(at::Tensor value) {
    if (!value.defined()) return nullptr;
    auto handle = new kt_tensor_s{std::move(value)};
    live.fetch_add(1, std::memory_order_relaxed);
    return handle;
}

void kt_tensor_free(kt_tensor tensor) {
    if (tensor == nullptr) return;
    live.fetch_sub(1, std::memory_order_relaxed);
    delete tensor;
}

int64_t kt_live_tensors(void) { return live.load(std::memory_order_relaxed); }

kt_status kt_tensor_from_data(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype, kt_tensor* out) {
    return guard([&] {
        auto tensor = at::empty(at::IntArrayRef(sizes, static_cast<size_t>(dims)), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
        if (tensor.numel() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
        *out = own(std::move(tensor));
    });
}

kt_status kt_tensor_describe(kt_tensor tensor, kt_tensor_description* out) {
    return guard([&] {
        const auto& value = ref(tensor);
        if (value.dim() > KT_MAX_DIMS) throw usage_error("a tensor of more than " + std::to_string(KT_MAX_DIMS) + " axes");
        out->dtype = static_cast<int32_t>(value.scalar_type());
        out->device_type = static_cast<int32_t>(value.device().type());
        out->device_index = static_cast<int32_t>(value.device().index());
        out->dims = static_cast<int32_t>(value.dim());
        out->requires_grad = value.requires_grad() ? 1 : 0;
        out->is_leaf = value.is_leaf() ? 1 : 0;
        out->elements = value.numel();
        out->data = value.device().is_cpu() && value.layout() == at::kStrided ? value.data_ptr() : nullptr;
        for (int64_t i = 0; i < value.dim(); i++) {
            out->sizes[i] = value.size(i);
            out->strides[i] = value.stride(i);
        }
    });
}

kt_status kt_tensor_alias(kt_tensor tensor, kt_tensor* out) {
    return guard([&] { *out = own(ref(tensor)); });
}
