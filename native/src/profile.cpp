// Where the time goes: self time, multiply-adds and bytes per operator, counted by libtorch's own observers, so that the operators which
// backward runs inside libtorch's engine are seen like any other. Nothing is observed, and nothing is paid, outside of begin and end.
#include "bridge.h"

#include <ATen/record_function.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>

using namespace kinema;

namespace {

using clock = std::chrono::steady_clock;

// An operator, a node of backward, or a managed kernel that is running.
struct frame {
    std::string name;
    clock::time_point begin;
    int64_t inner_ns = 0; // of what it called
    int64_t inner_bytes = 0;
    int64_t multiply_adds = 0;
    int64_t half_multiply_adds = 0; // of those
    int64_t bytes = 0;
    int32_t dtype = -1;
    std::vector<const void*> storages; // of its inputs
    bool per_output = false; // multiply_adds are those of one element of the output
    bool sealed = false;     // stands for all it calls
    int64_t profile = 0;     // the number of the one it was entered under
};

std::mutex gate;                              // of what follows
bool enabled = false;
at::CallbackHandle handle = 0;
std::map<std::pair<std::string, int32_t>, kt_profile_row> rows;

std::atomic<bool> wait_for_device{false};
std::atomic<int64_t> current{0};              // profiles are numbered: what runs since a former one is no part of this one

thread_local std::vector<frame> running;      // all of one profile

// What was entered under a former profile is forgotten when the first of a new one comes; its own end then finds nothing, since by that
// time all that came after it has ended as well.
void push(frame&& one) {
    if (!running.empty() && running.back().profile != one.profile) running.clear();
    running.push_back(std::move(one));
}

enum class product { none, mm, bmm, addmm, addbmm, convolution, convolution_backward };

product product_of(const char* name) {
    static const std::map<std::string, product> known = {
        {"aten::mm", product::mm},         {"aten::mv", product::mm},          {"aten::dot", product::mm},
        {"aten::bmm", product::bmm},       {"aten::addmm", product::addmm},    {"aten::addmv", product::addmm},
        {"aten::baddbmm", product::addbmm}, {"aten::addmm_", product::addmm},  {"aten::baddbmm_", product::addbmm},
        {"aten::_addmm_activation", product::addmm},
        {"aten::convolution", product::convolution}, {"aten::convolution_backward", product::convolution_backward},
    };
    const auto found = known.find(name);
    return found == known.end() ? product::none : found->second;
}

template <class Visit>
void each_tensor(const c10::IValue& value, const Visit& visit) {
    if (value.isTensor()) {
        if (value.toTensor().defined()) visit(value.toTensor());
    } else if (value.isTensorList()) {
        for (const at::Tensor& tensor : value.toTensorList()) if (tensor.defined()) visit(tensor);
    }
}

int64_t bytes_of(const at::Tensor& tensor) {
    int64_t elements = 1;
    for (int64_t axis = 0; axis < tensor.dim(); axis++)
        if (tensor.stride(axis) != 0) elements *= tensor.size(axis); // an expanded axis is one element in memory
    return tensor.numel() == 0 ? 0 : elements * static_cast<int64_t>(tensor.element_size());
}

const void* storage_of(const at::Tensor& tensor) {
    return tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
}

// Multiply-adds for one number of a convolution's output. What libtorch will refuse, such as no channels, is seen here first.
int64_t of_one_output(const at::Tensor& weight) { return weight.dim() == 0 || weight.size(0) == 0 ? 0 : weight.numel() / weight.size(0); }

// The multiply-adds of the products that all others come down to.
int64_t multiply_adds(product kind, c10::ArrayRef<const c10::IValue> in) {
    const auto tensor = [&](size_t i) { return in[i].toTensor(); };
    switch (kind) {
    case product::mm: return tensor(0).numel() * (tensor(1).dim() > 1 ? tensor(1).size(1) : 1);
    case product::bmm: return tensor(0).numel() * tensor(1).size(2);
    case product::addmm: return tensor(1).numel() * (tensor(2).dim() > 1 ? tensor(2).size(1) : 1);
    case product::addbmm: return tensor(1).numel() * tensor(2).size(2);
    case product::convolution: // times the positions of the output, which are known when it is done; a transposed one knows its input's
        return of_one_output(tensor(1)) * (in[6].toBool() ? tensor(0).numel() : 1);
    case product::convolution_backward: {
        const auto transposed = in[7].toBool();
        const auto asked = in[10].toBoolList();
        const auto& weight = tensor(2);
        const auto positions = transposed ? tensor(1).numel() : tensor(0).numel();
        return of_one_output(weight) * positions * ((asked.get(0) ? 1 : 0) + (asked.get(1) ? 1 : 0));
    }
    default: return 0;
    }
}

void read_inputs(frame& one, product kind, const at::RecordFunction& fn) {
    const auto inputs = fn.inputs();
    for (const auto& value : inputs)
        each_tensor(value, [&](const at::Tensor& tensor) {
            if (one.dtype < 0 && kind != product::none) one.dtype = static_cast<int32_t>(tensor.scalar_type());
            one.bytes += bytes_of(tensor);
            one.storages.push_back(storage_of(tensor));
        });
    if (kind != product::none) {
        one.multiply_adds = multiply_adds(kind, inputs);
        one.per_output = kind == product::convolution && !inputs[6].toBool();
        one.sealed = true;
    }
}

bool contains(const std::vector<const void*>& list, const void* item) { return item != nullptr && std::find(list.begin(), list.end(), item) != list.end(); }

// A view or a tensor handed through moves nothing; an operator that writes into its input does, and has a name that ends in "_".
void read_outputs(frame& one, const at::RecordFunction& fn) {
    const auto in_place = !one.name.empty() && one.name.back() == '_';
    auto moves = !one.storages.empty() && fn.outputs().size() > 0;
    for (const auto& value : fn.outputs())
        each_tensor(value, [&](const at::Tensor& tensor) {
            if (!in_place && contains(one.storages, storage_of(tensor))) moves = false;
            if (!in_place) one.bytes += bytes_of(tensor); // in place: among the inputs already
            if (one.per_output) one.multiply_adds *= tensor.numel();
            one.per_output = false;
        });
    if (!moves) one.bytes = 0;
}

int64_t elapsed(clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - begin).count();
}

bool is_half(int32_t dtype) {
    return dtype == static_cast<int32_t>(at::ScalarType::BFloat16) || dtype == static_cast<int32_t>(at::ScalarType::Half);
}

void finish(frame&& one, bool kernel) {
    const auto whole = elapsed(one.begin);
    // What those it calls move is theirs; a kernel says what it moves itself, and what it multiplies in.
    if (!kernel) {
        one.bytes = std::max<int64_t>(0, one.bytes - one.inner_bytes);
        if (is_half(one.dtype)) one.half_multiply_adds = one.multiply_adds;
    }
    if (!running.empty()) {
        running.back().inner_ns += whole;
        running.back().inner_bytes += one.bytes + one.inner_bytes;
    }
    std::lock_guard<std::mutex> lock(gate);
    if (!enabled || one.profile != current) return;
    auto& row = rows[{one.name, one.dtype}];
    if (row.calls == 0) {
        std::strncpy(row.name, one.name.c_str(), sizeof row.name - 1);
        row.dtype = one.dtype;
    }
    row.calls++;
    row.self_ns += whole - one.inner_ns;
    row.multiply_adds += one.multiply_adds;
    row.half_multiply_adds += one.half_multiply_adds;
    row.bytes += one.bytes;
}

// Its presence says that a frame was pushed.
struct observed : public at::ObserverContext {};

std::unique_ptr<at::ObserverContext> on_start(const at::RecordFunction& fn) {
    const int64_t profile = current;
    if (!running.empty() && running.back().sealed && running.back().profile == profile) return nullptr;
    frame one;
    one.profile = profile;
    one.name = fn.name();
    if (fn.scope() == at::RecordScope::FUNCTION) read_inputs(one, product_of(fn.name()), fn);
    auto context = std::make_unique<observed>();
    one.begin = clock::now();
    push(std::move(one));
    return context;
}

void synchronise() {
    if (!wait_for_device) return;
    const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
    cuda.getStream(cuda.getDevice()).synchronize();
}

void on_end(const at::RecordFunction& fn, at::ObserverContext* context) {
    if (context == nullptr || running.empty()) return; // part of a product, or forgotten
    synchronise();
    auto one = std::move(running.back());
    running.pop_back();
    if (fn.scope() == at::RecordScope::FUNCTION) read_outputs(one, fn);
    finish(std::move(one), /*kernel=*/false);
}

} // namespace

kt_status kt_profile_begin(int32_t synchronize) {
    return guard([&] {
        std::lock_guard<std::mutex> lock(gate);
        if (enabled) throw usage_error("a profile is being taken already");
        rows.clear();
        current++;
        wait_for_device = synchronize != 0;
        handle = at::addGlobalCallback(at::RecordFunctionCallback(on_start, on_end)
                                           .needsInputs(true)
                                           .needsOutputs(true)
                                           .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
        enabled = true;
    });
}

kt_status kt_profile_enter(const char* name, double multiply_adds, double half_multiply_adds, double bytes, int32_t dtype) {
    return guard([&] {
        frame one;
        one.name = name;
        one.multiply_adds = static_cast<int64_t>(multiply_adds);
        one.half_multiply_adds = static_cast<int64_t>(half_multiply_adds);
        one.bytes = static_cast<int64_t>(bytes);
        one.dtype = dtype;
        one.profile = current;
        one.begin = clock::now();
        push(std::move(one));
    });
}

kt_status kt_profile_leave(void) {
    return guard([&] {
        if (running.empty()) return; // entered under a former profile, and forgotten
        auto one = std::move(running.back());
        running.pop_back();
        finish(std::move(one), /*kernel=*/true);
    });
}

kt_status kt_profile_end(kt_profile_row* out, int32_t capacity, int32_t* written) {
    return guard([&] {
        std::lock_guard<std::mutex> lock(gate);
        if (!enabled) throw usage_error("no profile is being taken");
        at::removeCallback(handle);
        enabled = false;
        int32_t count = 0;
        for (const auto& entry : rows)
            if (count < capacity) out[count++] = entry.second;
        *written = count;
        rows.clear();
    });
}
